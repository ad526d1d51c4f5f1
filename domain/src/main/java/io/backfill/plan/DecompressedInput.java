package io.backfill.plan;

import io.backfill.files.TooManyBytesException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.zip.ZipException;

/**
 * The decompressed bytes of a file, up to a limit. Remembers why it ended early, because a store may wrap the exceptions of the
 * streams that it stores, and because a failure of the stored file must not be taken for invalid data.
 */
final class DecompressedInput extends InputStream {
    private static final int BUFFER_BYTES = 64 << 10;

    /** Why reading ended before the end of the data. */
    sealed interface End {
        /** It did not, or the stored file could not be read. */
        record None() implements End {}

        record Stopped() implements End {}

        record TooLarge() implements End {}

        record Broken(String reason) implements End {}
    }

    private final StoredBytes stored;
    private final InputStream decompressed;
    private final long most;
    private final BooleanSupplier stop;
    private long count;
    private End end = new End.None();

    DecompressedInput(
            InputStream stored, Compression compression, Decompression decompression, long most, BooleanSupplier stop) {
        this.stored = new StoredBytes(stored);
        this.decompressed = decompression.open(compression, new BufferedInputStream(this.stored, BUFFER_BYTES));
        this.most = most;
        this.stop = stop;
    }

    End end() {
        return end;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (stop.getAsBoolean()) {
            end = new End.Stopped();
            throw new IOException("decompression was stopped");
        }
        int read = readDecompressed(into, offset, length);
        count += Math.max(0, read);
        if (count > most) {
            end = new End.TooLarge();
            throw new TooManyBytesException(most);
        }
        return read;
    }

    private int readDecompressed(byte[] into, int offset, int length) throws IOException {
        try {
            return decompressed.read(into, offset, length);
        } catch (ZipException | EOFException e) {
            if (!stored.failed) {
                end = new End.Broken(Objects.requireNonNullElse(e.getMessage(), "the data is invalid"));
            }
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        decompressed.close();
    }

    /** The bytes as they are stored. */
    private static final class StoredBytes extends FilterInputStream {
        private boolean failed;

        StoredBytes(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return super.read(into, offset, length);
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }
    }
}
