package io.backfill.api.multipart;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A parsed form: text fields, and at most one part of bytes, which was streamed to its receiver. If several text fields have the
 * same name, the last one counts. Unrequested parts are ignored.
 *
 * @param blobName the {@code filename} of the part of bytes
 */
public record Form(Map<String, String> texts, Optional<String> blobName) {
    private static final int MAX_TEXT_BYTES = 64 * 1024;

    public Form {
        texts = Map.copyOf(texts);
    }

    /** Receives the one part that is not text. */
    @FunctionalInterface
    public interface BlobReceiver {
        void receive(Part part);
    }

    /**
     * Reads a form to its end. The part {@code blob} is recognized by its name alone, because some clients send no file name.
     *
     * @throws BackfillException {@code INVALID_REQUEST} if the body is not a form, ends early, or has {@code blob} twice; the
     *     receiver may already have received its bytes
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
                receiver.receive(part);
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

    /** Returns the text field of that name, or empty if it was not sent. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(texts.get(name));
    }
}
