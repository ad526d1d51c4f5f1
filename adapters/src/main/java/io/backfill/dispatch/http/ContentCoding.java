package io.backfill.dispatch.http;

import io.backfill.answers.Answer;
import io.backfill.zstd.ZstdInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** How an answer is compressed. We ask for none, but some servers compress whatever is asked for. */
enum ContentCoding {
    GZIP {
        @Override
        InputStream decoded(InputStream content) throws IOException {
            return new GZIPInputStream(content, BUFFER_BYTES);
        }
    },
    DEFLATE {
        @Override
        InputStream decoded(InputStream content) {
            return new InflaterInputStream(content);
        }
    },
    /** Needs a window of up to 8 MiB. */
    ZSTD {
        @Override
        InputStream decoded(InputStream content) {
            return new ZstdInputStream(content);
        }
    };

    private static final int BUFFER_BYTES = 4096;

    /** Reads the answer out of decoded bytes, which may be any number. */
    @FunctionalInterface
    interface Reading {
        Answer read(InputStream decoded) throws IOException;
    }

    abstract InputStream decoded(InputStream content) throws IOException;

    /**
     * The coding that a {@code Content-Encoding} names, empty when it is none.
     *
     * @throws BrokenCodingException.Unknown for one that is not known here
     */
    static Optional<ContentCoding> of(@Nullable String header) throws IOException {
        String name = header == null ? "" : header.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "", "identity" -> Optional.empty();
            case "gzip", "x-gzip" -> Optional.of(GZIP);
            case "zstd" -> Optional.of(ZSTD);
            case "deflate" -> Optional.of(DEFLATE);
            default -> throw new BrokenCodingException.Unknown(name);
        };
    }

    Answer decode(InputStream content, Reading reading) throws IOException {
        try (InputStream decoded = decoded(new Unclosed(content))) {
            return reading.read(decoded);
        } catch (ZipException e) {
            throw new BrokenCodingException("its " + name().toLowerCase(Locale.ROOT) + " data is broken", e);
        }
    }

    /** Closing the decoder frees its native memory and must not touch the connection. */
    private static final class Unclosed extends FilterInputStream {
        Unclosed(InputStream in) {
            super(in);
        }

        @Override
        public void close() {}
    }
}
