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

/** The compression of an answer. Calls request no compression, but some servers compress regardless. */
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
    /** Decoding needs a window of up to 8 MiB. */
    ZSTD {
        @Override
        InputStream decoded(InputStream content) {
            return new ZstdInputStream(content);
        }
    };

    private static final int BUFFER_BYTES = 4096;

    /** Reads the answer from a stream of decoded bytes, whose length is not limited. */
    @FunctionalInterface
    interface Reading {
        Answer read(InputStream decoded) throws IOException;
    }

    abstract InputStream decoded(InputStream content) throws IOException;

    /**
     * Returns the coding that a {@code Content-Encoding} header names, or empty if the content is not encoded.
     *
     * @throws BrokenCodingException.Unknown if the coding is not supported
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
            throw new BrokenCodingException(
                    "its " + name().toLowerCase(Locale.ROOT) + " data is invalid: " + e.getMessage(), e);
        }
    }

    /** Ignores close(), because closing the decoder must free its native memory without closing the connection. */
    private static final class Unclosed extends FilterInputStream {
        Unclosed(InputStream in) {
            super(in);
        }

        @Override
        public void close() {}
    }
}
