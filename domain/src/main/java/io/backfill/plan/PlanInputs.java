package io.backfill.plan;

import io.backfill.batches.Batch;
import io.backfill.batches.LineError;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Provides the blob that a plan refers to. An input file that is compressed with gzip or Zstandard is decompressed into a working
 * copy in the batch's folder, so that everything after planning reads lines at offsets, as in an uncompressed file. The copy is
 * written in one piece: a crash leaves no part of it, and the next execution writes it again with the same bytes. It is removed
 * with the batch's folder.
 */
public final class PlanInputs {
    /** Decompressed size up to which the ratio is not limited, because the shared beginnings of few lines compress well. */
    static final long FREE_BYTES = 16L << 20;

    private final FileStore store;
    private final PlanConfig config;
    private final Decompression decompression;

    public PlanInputs(FileStore store, PlanConfig config, Decompression decompression) {
        this.store = store;
        this.config = config;
        this.decompression = decompression;
    }

    /** Returns the key of the working copy of a batch. It exists only if the input file is compressed. */
    public static String copyKey(BatchId batch) {
        return Batch.folder(batch) + "/input";
    }

    /**
     * Decompresses the file {@code inputKey} if it is compressed.
     *
     * @param stop polled while bytes are copied; true ends the copy early
     * @throws IOException if the store fails; also {@link java.nio.file.NoSuchFileException} if there is no such file
     */
    public PreparedInput prepare(BatchId batch, String inputKey, BooleanSupplier stop) throws IOException {
        try (BlobReader file = store.open(inputKey)) {
            Optional<Compression> compression = Compression.of(firstBytes(file));
            return compression.isEmpty()
                    ? new PreparedInput.Ready(inputKey)
                    : decompress(batch, file, compression.get(), stop);
        }
    }

    private static byte[] firstBytes(BlobReader file) throws IOException {
        // as a stream, because a store may copy a file to this node for reads at random positions
        try (InputStream first = file.stream(0, Math.min(file.size(), Compression.MAGIC_BYTES))) {
            return first.readAllBytes();
        }
    }

    private PreparedInput decompress(BatchId batch, BlobReader file, Compression compression, BooleanSupplier stop)
            throws IOException {
        long atRatio = mostAtRatio(file.size());
        long most = Math.min(config.maxInputBytes(), atRatio);
        try (InputStream stored = file.stream(0, file.size());
                DecompressedInput lines = new DecompressedInput(stored, compression, decompression, most, stop)) {
            try {
                store.put(copyKey(batch), lines, Long.MAX_VALUE);
                return new PreparedInput.Ready(copyKey(batch));
            } catch (IOException e) {
                return switch (lines.end()) {
                    case DecompressedInput.End.Stopped _ -> new PreparedInput.Stopped();
                    case DecompressedInput.End.TooLarge _ ->
                        new PreparedInput.Refused(atRatio < config.maxInputBytes() ? ratioTooHigh() : tooLarge());
                    case DecompressedInput.End.Broken broken ->
                        new PreparedInput.Refused(broken(compression, broken.reason()));
                    case DecompressedInput.End.None _ -> throw e;
                };
            }
        }
    }

    private long mostAtRatio(long compressedBytes) {
        long most = compressedBytes > Long.MAX_VALUE / config.maxInflateRatio()
                ? Long.MAX_VALUE
                : compressedBytes * config.maxInflateRatio();
        return Math.max(FREE_BYTES, most);
    }

    private LineError tooLarge() {
        return LineError.ofFile(
                "file_too_large",
                "The batch input file is larger than the " + config.maxInputBytes()
                        + " bytes allowed after decompression. Please try again with a smaller batch.",
                "");
    }

    private LineError ratioTooHigh() {
        return LineError.ofFile(
                "compression_ratio_too_high",
                "The batch input file decompresses to more than " + config.maxInflateRatio()
                        + " times its size. Please upload it uncompressed.",
                "");
    }

    private static LineError broken(Compression compression, String reason) {
        return LineError.ofFile(
                "invalid_file_format",
                "The batch input file is compressed with " + compression.label() + " and cannot be decompressed: "
                        + reason + ".",
                "");
    }
}
