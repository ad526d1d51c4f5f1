package io.backfill.api.files;

import io.backfill.api.multipart.MalformedForm;
import io.backfill.api.multipart.Part;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.plan.Compression;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Locale;
import java.util.Optional;

/**
 * The {@code Content-Encoding} of the part that carries a file. Bytes are stored as they arrive, so the header only states what they
 * are. It is verified by their first bytes.
 */
final class PartEncoding {
    private PartEncoding() {}

    /**
     * Returns the bytes of a part that holds a whole file.
     *
     * @throws BackfillException {@code UNSUPPORTED_CONTENT_TYPE} for an encoding that batches cannot read, {@code INVALID_VALUE} if
     *     the bytes are not encoded like that
     */
    static InputStream ofFile(Part part) {
        Optional<Compression> stated = stated(part, true);
        if (stated.isEmpty()) {
            return part.body();
        }
        try {
            byte[] first = part.body().readNBytes(Compression.MAGIC_BYTES);
            if (!Compression.of(first).equals(stated)) {
                throw new BackfillException(
                        ErrorCode.INVALID_VALUE,
                        "The part '" + part.name() + "' has a Content-Encoding, but its bytes are not compressed with "
                                + stated.get().label() + ".",
                        part.name());
            }
            return new SequenceInputStream(new ByteArrayInputStream(first), part.body());
        } catch (IOException e) {
            throw MalformedForm.unreadable(e);
        }
    }

    /** Returns the bytes of a part that holds a piece of a file, which must not have an encoding of its own. */
    static InputStream ofPiece(Part part) {
        stated(part, false);
        return part.body();
    }

    private static Optional<Compression> stated(Part part, boolean whole) {
        String name = part.encoding().orElse("").strip().toLowerCase(Locale.ROOT);
        if (name.isEmpty() || name.equals("identity")) {
            return Optional.empty();
        }
        if (whole && (name.equals("gzip") || name.equals("x-gzip"))) {
            return Optional.of(Compression.GZIP);
        }
        if (whole && name.equals("zstd")) {
            return Optional.of(Compression.ZSTD);
        }
        throw new BackfillException(
                ErrorCode.UNSUPPORTED_CONTENT_TYPE,
                "The part '" + part.name() + "' has an unsupported Content-Encoding. "
                        + (whole ? "Supported are gzip and zstd." : "Pieces of a file must be sent without one."),
                part.name());
    }
}
