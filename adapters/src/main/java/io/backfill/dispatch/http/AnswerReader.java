package io.backfill.dispatch.http;

import io.backfill.answers.Answer;
import io.backfill.answers.spool.SpoolFile;
import io.backfill.answers.spool.SpoolFolder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;

/**
 * Reads answers. A small answer is read into memory if the call's grant allows it; any other answer goes to a spool file. One answer
 * uses as much memory as the grant allows, at most the threshold, plus a buffer while it is spooled.
 */
final class AnswerReader {
    private static final int LEAST_BUFFER_BYTES = 1 << 10;
    private static final int FIRST_BUFFER_BYTES = 16 << 10;
    private static final int COPY_BUFFER_BYTES = 64 << 10;

    private static final int ZSTD_DECODERS = 4;

    private final Semaphore decoders = new Semaphore(ZSTD_DECODERS);
    private final int maxBytes;
    private final int mostInMemory;
    private final Optional<SpoolFolder> spools;

    /**
     * Creates a reader.
     *
     * @param maxBytes size of the largest answer that is accepted, after decompression
     * @param threshold size of the largest answer that is kept in memory; ignored if there is no spool folder
     */
    AnswerReader(int maxBytes, int threshold, Optional<SpoolFolder> spools) {
        this.maxBytes = maxBytes;
        this.mostInMemory = spools.isPresent() ? Math.min(threshold, maxBytes) : maxBytes;
        this.spools = spools;
    }

    /**
     * Reads the whole answer.
     *
     * @param over returns true if the call has ended, which ends a wait for a decoder, for the pace or for room on the disk
     * @throws AnswerTooLargeException if the answer exceeds the limit
     */
    Answer read(@Nullable HttpEntity entity, AnswerAllowance allowance, BooleanSupplier over) throws IOException {
        if (entity == null) {
            return Answer.of(new byte[0]);
        }
        long length = entity.getContentLength();
        if (length > maxBytes) {
            throw new AnswerTooLargeException(maxBytes);
        }
        try {
            InputStream content = entity.getContent();
            Optional<ContentCoding> coding = ContentCoding.of(entity.getContentEncoding());
            if (coding.isEmpty()) {
                return plain(content, length, allowance, over);
            }
            if (coding.get() == ContentCoding.ZSTD) {
                return zstd(plain(content, length, allowance, over), allowance, over);
            }
            Answer answer = coding.get().decode(content, decoded -> unbounded(decoded, allowance, over));
            requireEnd(answer, content);
            return answer;
        } catch (EOFException e) {
            throw truncated();
        }
    }

    /**
     * Decodes an answer that has arrived completely, so that a slow model does not occupy a decoder. Few decoders run concurrently,
     * because of their memory.
     */
    private Answer zstd(Answer compressed, AnswerAllowance allowance, BooleanSupplier over) throws IOException {
        try (compressed) {
            AnswerAllowance left = compressed instanceof Answer.InMemory(byte[] bytes)
                    ? new AnswerAllowance(allowance.grant(), allowance.requestBytes() + bytes.length)
                    : allowance;
            acquireDecoder(over);
            try (InputStream in = compressed.open()) {
                return ContentCoding.ZSTD.decode(in, decoded -> unbounded(decoded, left, over));
            } finally {
                decoders.release();
            }
        }
    }

    private void acquireDecoder(BooleanSupplier over) throws IOException {
        try {
            while (!decoders.tryAcquire(200, TimeUnit.MILLISECONDS)) {
                if (over.getAsBoolean()) {
                    throw new IOException("the call ended while its answer was waiting for a decoder");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Answer plain(InputStream content, long length, AnswerAllowance allowance, BooleanSupplier over)
            throws IOException {
        if (length < 0) {
            return unbounded(content, allowance, over);
        }
        if (length <= mostInMemory && (spools.isEmpty() || allowance.allows(length))) {
            byte[] bytes = new byte[(int) length];
            if (content.readNBytes(bytes, 0, bytes.length) < length) {
                throw truncated();
            }
            return Answer.of(bytes);
        }
        Answer answer = spooled(new byte[0], 0, content, over);
        if (answer.length() != length) {
            answer.close();
            throw truncated();
        }
        return answer;
    }

    /** Reads an answer of unknown length. */
    private Answer unbounded(InputStream content, AnswerAllowance allowance, BooleanSupplier over) throws IOException {
        int first = (int) Math.clamp(allowance.left(), LEAST_BUFFER_BYTES, FIRST_BUFFER_BYTES);
        byte[] bytes = new byte[Math.min(first, mostInMemory + 1)];
        int filled = content.readNBytes(bytes, 0, bytes.length);
        while (filled == bytes.length) {
            int next = (int) Math.min(2L * bytes.length, mostInMemory + 1L);
            if (next <= bytes.length || spools.isPresent() && !allowance.allows(next)) {
                return spooled(bytes, filled, content, over);
            }
            bytes = Arrays.copyOf(bytes, next);
            filled += content.readNBytes(bytes, filled, next - filled);
        }
        return Answer.of(Arrays.copyOf(bytes, filled));
    }

    /** @param beginning holds the first {@code filled} bytes of the answer */
    private Answer spooled(byte[] beginning, int filled, InputStream content, BooleanSupplier over) throws IOException {
        if (spools.isEmpty()) {
            throw new AnswerTooLargeException(maxBytes);
        }
        boolean whole = false;
        SpoolFile file = spools.get().create();
        try {
            append(file, beginning, filled, over);
            byte[] buffer = new byte[COPY_BUFFER_BYTES];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                append(file, buffer, read, over);
            }
            file.complete();
            whole = true;
            return new Answer.Spooled(file, 0);
        } finally {
            if (!whole) {
                file.close();
            }
        }
    }

    private void append(SpoolFile file, byte[] bytes, int count, BooleanSupplier over) throws IOException {
        if (count > maxBytes - file.length()) {
            throw new AnswerTooLargeException(maxBytes);
        }
        file.write(bytes, 0, count, over);
    }

    /** Requires that no bytes follow the compressed data, because decoding stops at the end of that data, not of the content. */
    private static void requireEnd(Answer answer, InputStream content) throws IOException {
        boolean ended = false;
        try {
            ended = content.read() < 0;
        } finally {
            if (!ended) {
                answer.close();
            }
        }
        if (!ended) {
            throw new BrokenCodingException("bytes follow the compressed answer", null);
        }
    }

    private static ConnectionClosedException truncated() {
        return new ConnectionClosedException("the answer is shorter than announced");
    }
}
