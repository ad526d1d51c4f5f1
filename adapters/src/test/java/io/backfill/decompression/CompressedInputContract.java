package io.backfill.decompression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.Batch;
import io.backfill.batches.LineError;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanInputs;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanResult;
import io.backfill.plan.Planner;
import io.backfill.plan.PreparedInput;
import io.backfill.testing.FailAfter;
import io.backfill.testing.SeededIds;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Compressed input files in a store. The file {@code lines-19.zst} holds {@link #lines()}. */
interface CompressedInputContract {
    String CHAT = "/v1/chat/completions";
    String INPUT = "files/input";
    BatchId BATCH = SeededIds.batch(1);
    String COPY = PlanInputs.copyKey(BATCH);

    FileStore store();

    @Test
    default void anUncompressedFileShouldBeReadInPlace() throws IOException {
        for (String plain : new String[] {"", "{", "{}\n", lines()}) {
            put(plain.getBytes(StandardCharsets.UTF_8));

            assertThat(prepare(PlanConfig.DEFAULT)).isEqualTo(new PreparedInput.Ready(INPUT));
        }
        assertThat(store().list(Batch.folder(BATCH), 10)).isEmpty();
    }

    @Test
    default void aCompressedFileShouldBePlannedLikeTheUncompressedOne() throws IOException {
        put(bytes());
        PlanManifest plain = plan(INPUT);
        byte[] plan = read(Batch.folder(BATCH) + "/plan-0");
        for (byte[] compressed : new byte[][] {gzip(bytes()), zstd("lines-19")}) {
            put(compressed);

            PlanManifest manifest = plan(prepared());

            assertThat(manifest.inputKey()).isEqualTo(COPY);
            assertThat(manifest.models()).isEqualTo(plain.models());
            assertThat(read(Batch.folder(BATCH) + "/plan-0")).isEqualTo(plan);
            assertThat(read(COPY)).isEqualTo(bytes());
            assertThat(read(INPUT)).isEqualTo(compressed);
        }
    }

    @Test
    default void membersInARowShouldBeOneFile() throws IOException {
        byte[] skippable = {0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4};
        byte[] empty = gzip(new byte[0]);
        byte[] twice = joined(bytes(), bytes());

        assertThat(copied(joined(gzip(bytes()), empty, gzip(bytes())))).isEqualTo(twice);
        assertThat(copied(joined(skippable, zstd("lines-19"), skippable, zstd("lines-19"))))
                .isEqualTo(twice);
        assertThat(copied(joined(empty))).isEmpty();
    }

    @Test
    default void aTruncatedFileShouldBeRefused() throws IOException {
        byte[] first = gzip(bytes());
        for (byte[] whole : new byte[][] {first, zstd("lines-19"), joined(first, first)}) {
            for (int missing : new int[] {1, 4, 7, 8, 9, whole.length / 2 - 5, whole.length - 5}) {
                assertThat(refused(Arrays.copyOf(whole, whole.length - missing)))
                        .describedAs("%d bytes less", missing)
                        .isEqualTo(invalid(whole, "data is truncated"));
            }
        }
        // of the second member only a part of the header arrived
        assertThat(refused(joined(first, Arrays.copyOf(first, 3)))).isEqualTo(invalid(first, "data is truncated"));
        assertThat(store().size(COPY)).isEmpty();
    }

    @Test
    default void aWrongChecksumShouldBeRefused() throws IOException {
        for (int fromEnd : new int[] {1, 4, 5, 8}) {
            byte[] gzip = gzip(bytes());
            gzip[gzip.length - fromEnd] ^= 1;
            assertThat(refused(gzip).message())
                    .isEqualTo(
                            "The batch input file is compressed with gzip and cannot be decompressed: the checksum of the"
                                    + " gzip data does not match.");
        }
        byte[] zstd = zstd("lines-19");
        zstd[zstd.length - 1] ^= 1;
        assertThat(refused(zstd).message())
                .isEqualTo(
                        "The batch input file is compressed with Zstandard and cannot be decompressed: the checksum of a"
                                + " frame does not match.");
        assertThat(store().size(COPY)).isEmpty();
    }

    @Test
    default void invalidDataShouldBeRefused() throws IOException {
        byte[] gzip = gzip(bytes());
        byte[] tampered = gzip.clone();
        Arrays.fill(tampered, 100, 200, (byte) 0xFF);

        assertThat(refused(tampered).code()).isEqualTo("invalid_file_format");
        assertThat(refused(joined(gzip, new byte[] {'{', '}'})).message())
                .contains("the gzip data is followed by other bytes");
        assertThat(refused(joined(zstd("lines-19"), new byte[] {'{', '}', '\n', '\n'}))
                        .message())
                .contains("not a zstd frame");
        assertThat(refused(new byte[] {0x1F, (byte) 0x8B, 7, 0, 0, 0, 0, 0, 0, 0})
                        .message())
                .contains("a gzip header is invalid");
    }

    @Test
    default void theLimitShouldApplyToTheDecompressedBytes() throws IOException {
        byte[] bytes = bytes();
        for (byte[] compressed : new byte[][] {gzip(bytes), zstd("lines-19")}) {
            put(compressed);

            assertThat(prepare(config(bytes.length, 1000))).isEqualTo(new PreparedInput.Ready(COPY));
            store().delete(COPY);
            assertThat(prepare(config(bytes.length - 1, 1000)))
                    .isEqualTo(new PreparedInput.Refused(LineError.ofFile(
                            "file_too_large",
                            "The batch input file is larger than the " + (bytes.length - 1)
                                    + " bytes allowed after decompression. Please try again with a smaller batch.",
                            "")));
            assertThat(store().size(COPY)).isEmpty();
        }
    }

    @Test
    default void theRatioShouldBeLimitedBeyondTheFirstBytes() throws IOException {
        byte[] free = gzip(new byte[16 << 20]);
        put(free);
        assertThat(prepare(config(1L << 30, 10))).isEqualTo(new PreparedInput.Ready(COPY));
        store().delete(COPY);

        byte[] more = gzip(new byte[(16 << 20) + 1]);
        put(more);
        assertThat(prepare(config(1L << 30, 10)))
                .isEqualTo(new PreparedInput.Refused(LineError.ofFile(
                        "compression_ratio_too_high",
                        "The batch input file decompresses to more than 10 times its size. Please upload it uncompressed.",
                        "")));
        assertThat(store().size(COPY)).isEmpty();
        assertThat(prepare(config(1L << 30, 1100))).isEqualTo(new PreparedInput.Ready(COPY));
    }

    @Test
    default void aFileThatIsCompressedTwiceShouldBeRefused() throws IOException {
        put(gzip(gzip(bytes())));

        PlanResult result = planner().plan(BATCH, CHAT, prepared(), PlanOrder.PREFIX, () -> false);

        assertThat(((PlanResult.Refused) result).errors().getFirst().code()).isEqualTo("invalid_file_format");
    }

    @Test
    default void stopShouldEndDecompression() throws IOException {
        put(gzip(bytes()));
        AtomicInteger asked = new AtomicInteger();

        assertThat(inputs(store(), PlanConfig.DEFAULT).prepare(BATCH, INPUT, () -> asked.incrementAndGet() == 2))
                .isEqualTo(new PreparedInput.Stopped());
        assertThat(store().size(COPY)).isEmpty();
        assertThat(prepare(PlanConfig.DEFAULT)).isEqualTo(new PreparedInput.Ready(COPY));
    }

    @Test
    default void aFailureOfTheStoreShouldNotBeTakenForInvalidData() throws IOException {
        put(gzip(bytes()));
        AtomicInteger failures = new AtomicInteger();
        OptionalLong copy = OptionalLong.empty();
        for (int calls = 0; copy.isEmpty(); calls++) {
            FileStore failing = FailAfter.calls(calls).in(store());
            try {
                inputs(failing, PlanConfig.DEFAULT).prepare(BATCH, INPUT, () -> false);
            } catch (IOException e) {
                failures.incrementAndGet();
            }
            copy = store().size(COPY);
        }
        assertThat(failures.get()).isPositive();
        assertThat(read(COPY)).isEqualTo(bytes());
    }

    @Test
    default void aCopyOfAnEarlierOwnerShouldBeWrittenAgain() throws IOException {
        put(gzip(bytes()));
        store().put(COPY, new ByteArrayInputStream(new byte[] {1, 2, 3}), Long.MAX_VALUE);

        prepared();

        assertThat(read(COPY)).isEqualTo(bytes());
    }

    @Test
    default void aMissingFileShouldBeReportedAsSuch() {
        assertThatThrownBy(() -> prepare(PlanConfig.DEFAULT)).isInstanceOf(NoSuchFileException.class);
    }

    private LineError invalid(byte[] compressed, String what) {
        boolean gzip = compressed[0] == 0x1F;
        return LineError.ofFile(
                "invalid_file_format",
                "The batch input file is compressed with " + (gzip ? "gzip" : "Zstandard")
                        + " and cannot be decompressed: the " + (gzip ? "gzip " : "zstd ") + what + ".",
                "");
    }

    private LineError refused(byte[] file) throws IOException {
        put(file);
        return ((PreparedInput.Refused) prepare(PlanConfig.DEFAULT)).error();
    }

    private byte[] copied(byte[] file) throws IOException {
        put(file);
        return read(prepared());
    }

    private String prepared() throws IOException {
        return ((PreparedInput.Ready) prepare(PlanConfig.DEFAULT)).key();
    }

    private PreparedInput prepare(PlanConfig config) throws IOException {
        return inputs(store(), config).prepare(BATCH, INPUT, () -> false);
    }

    private static PlanInputs inputs(FileStore store, PlanConfig config) {
        return new PlanInputs(store, config, new StreamDecompression());
    }

    private static PlanConfig config(long maxInputBytes, int maxInflateRatio) {
        PlanConfig d = PlanConfig.DEFAULT;
        return new PlanConfig(
                d.maxLines(),
                maxInputBytes,
                d.maxLineBytes(),
                d.maxModels(),
                d.allowMixedModels(),
                d.order(),
                d.requiredFields(),
                d.messages(),
                maxInflateRatio);
    }

    private Planner planner() {
        return new Planner(store(), PlanConfig.DEFAULT, CHAT::equals, "m1"::equals);
    }

    private PlanManifest plan(String key) throws IOException {
        PlanResult result = planner().plan(BATCH, CHAT, key, PlanOrder.PREFIX, () -> false);
        return ((PlanResult.Planned) result).manifest();
    }

    private void put(byte[] file) throws IOException {
        store().put(INPUT, new ByteArrayInputStream(file), Long.MAX_VALUE);
    }

    private byte[] read(String key) throws IOException {
        try (BlobReader blob = store().open(key);
                InputStream in = blob.stream(0, blob.size())) {
            return in.readAllBytes();
        }
    }

    private static byte[] bytes() {
        return lines().getBytes(StandardCharsets.UTF_8);
    }

    private static String lines() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            lines.append("{\"custom_id\":\"r-%d\",\"method\":\"POST\",\"url\":\"%s\",\"body\":{\"model\":\"m1\","
                            .formatted(i, CHAT))
                    .append("\"messages\":[{\"role\":\"user\",\"content\":\"What is %d times %d?\"}]}}\n"
                            .formatted(i, i * i));
        }
        return lines.toString();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
            out.write(bytes);
        }
        return compressed.toByteArray();
    }

    private static byte[] zstd(String name) throws IOException {
        try (InputStream in = CompressedInputContract.class.getResourceAsStream("/zstd/" + name + ".zst")) {
            return in.readAllBytes();
        }
    }

    private static byte[] joined(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }
}
