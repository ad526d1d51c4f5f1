package io.backfill.api.multipart;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A whole form: one part of bytes, which went where it belongs while it streamed, and texts. Of texts with one name the last counts;
 * parts nobody asked for are ignored.
 *
 * @param blobName what the part of bytes was called by its {@code filename}
 */
public record Form(Map<String, String> texts, Optional<String> blobName) {
    private static final int MAX_TEXT_BYTES = 64 * 1024;

    public Form {
        texts = Map.copyOf(texts);
    }

    /** Takes the bytes of the one part that is not text. */
    @FunctionalInterface
    public interface BlobReceiver {
        void receive(InputStream bytes);
    }

    /**
     * Reads a form to its end. The part {@code blob} is recognised by its name alone: some clients send no file name.
     *
     * @throws BackfillException {@code INVALID_REQUEST} when it is not a form, breaks off, or has {@code blob} twice; the receiver may
     *     have its bytes by then
     */
    public static Form read(MultipartReader reader, String blob, BlobReceiver receiver, Set<String> wantedTexts) {
        Map<String, String> texts = new HashMap<>();
        Optional<String> blobName = Optional.empty();
        boolean received = false;
        for (Optional<Part> next = reader.next(); next.isPresent(); next = reader.next()) {
            Part part = next.get();
            if (part.name().equals(blob)) {
                if (received) {
                    throw new BackfillException(
                            ErrorCode.INVALID_REQUEST, "The form has more than one part '" + blob + "'.", blob);
                }
                receiver.receive(part.body());
                received = true;
                blobName = part.filename();
            } else if (wantedTexts.contains(part.name())) {
                texts.put(part.name(), text(part));
            }
        }
        return new Form(texts, blobName);
    }

    private static String text(Part part) {
        try {
            byte[] bytes = part.body().readNBytes(MAX_TEXT_BYTES + 1);
            if (bytes.length > MAX_TEXT_BYTES) {
                throw new BackfillException(
                        ErrorCode.TOO_LARGE,
                        "The form's part '" + part.name() + "' is too large: at most " + MAX_TEXT_BYTES
                                + " bytes are allowed.",
                        part.name());
            }
            return new String(bytes, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw MalformedForm.unreadable(e);
        }
    }

    /** The text of that name; empty when it was not sent. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(texts.get(name));
    }
}
