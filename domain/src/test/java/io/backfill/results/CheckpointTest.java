package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.Usage;
import io.backfill.testing.SeededRandom;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    @RepeatedTest(value = 300, failureThreshold = 1)
    void readShouldGiveWhatWasWritten(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        Checkpoint checkpoint = any(random);

        assertThat(read(checkpoint.toJson())).isEqualTo(checkpoint);
        assertThat(read(checkpoint.toJson()).toJson()).isEqualTo(checkpoint.toJson());
    }

    @Test
    void aCheckpointOfAMillionLinesWithoutGapsShouldBeSmall() {
        BitSet done = new BitSet();
        done.set(0, 1_000_000);

        assertThat(new Checkpoint(1, 1, done, List.of(), LogTotals.NONE).toJson())
                .hasSizeLessThan(200);
    }

    /** Cut off at any position, a checkpoint is either whole or unreadable. It is never read as a shorter one. */
    @Test
    void aCheckpointThatIsCutOffShouldNotBeRead() throws IOException {
        byte[] whole = any(new Random(3)).toJson();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut)).as("%s bytes", length).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "7",
                "\u0000\u0000\u0000",
                "{\"usage\":[1,2]}",
                "{\"usage\":[1,2,3,4,5,6]}",
                "{\"done\":[3]}",
                "{\"done\":[5,3]}",
                "{\"done\":[-1,3]}",
                "{\"segments\":[{\"name\":\"../x\",\"length\":1}]}",
                "{\"segments\":[{\"length\":1}]}",
                "{\"epoch\":\"x\"}"
            })
    void whatIsNoCheckpointShouldNotBeRead(String json) {
        assertThatThrownBy(() -> read(json.getBytes(StandardCharsets.UTF_8))).isInstanceOf(IOException.class);
    }

    @Test
    void fieldsOfALaterVersionShouldBeSkipped() throws IOException {
        assertThat(read("{\"epoch\":4,\"more\":{\"x\":[1]},\"sequence\":2}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new Checkpoint(4, 2, new BitSet(), List.of(), LogTotals.NONE));
    }

    @Test
    void theEpochShouldBeReadFromTheName() {
        assertThat(Checkpoint.epochOfName(Checkpoint.name(12))).isEqualTo(12);
        assertThat(Checkpoint.epochOfName(Checkpoint.name(999_999_999_999_999_999L)))
                .isEqualTo(999_999_999_999_999_999L);
        for (String other :
                List.of("", "checkpoint-.json", "checkpoint-1.json.tmp", "checkpoint--1.json", "e000001-s0001.out")) {
            assertThat(Checkpoint.epochOfName(other)).as(other).isEqualTo(-1);
        }
    }

    @RepeatedTest(value = 300, failureThreshold = 1)
    void aSegmentShouldBeReadFromItsName(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        Segment segment = anySegment(random);

        assertThat(Segment.ofName(segment.name(), segment.length())).contains(segment);
    }

    @Test
    void otherNamesShouldBeNoSegments() {
        for (String other : List.of("", "e1-s1", "e1-s1.txt", "e1-s1.out.tmp", "x-e000001-s0001.out", "e-1-s1.out")) {
            assertThat(Segment.ofName(other, 0)).as(other).isEmpty();
        }
    }

    @Test
    void segmentsShouldBeOrderedByKindEpochAndSequenceAsNumbers() {
        Segment first = new Segment(2, 9, ResultKind.OUTPUT, 1);
        Segment second = new Segment(2, 10, ResultKind.OUTPUT, 1);
        Segment third = new Segment(1_000_000, 1, ResultKind.OUTPUT, 1);
        Segment errors = new Segment(1, 1, ResultKind.ERROR, 1);
        List<Segment> segments = new ArrayList<>(List.of(errors, third, second, first));
        segments.sort(Segment.ORDER);

        assertThat(segments).containsExactly(first, second, third, errors);
    }

    private static Checkpoint any(Random random) {
        BitSet done = new BitSet();
        for (int i = random.nextInt(30); i > 0; i--) {
            int from = random.nextInt(100_000);
            done.set(from, from + 1 + random.nextInt(50));
        }
        List<Segment> segments = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            segments.add(anySegment(random));
        }
        Usage usage = new Usage(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong(), 7);
        return new Checkpoint(
                random.nextLong(1L << 50),
                random.nextLong(1L << 50),
                done,
                segments,
                new LogTotals(random.nextInt(1 << 30), random.nextInt(1 << 30), usage));
    }

    private static Segment anySegment(Random random) {
        return new Segment(
                random.nextLong(1L << 40),
                1 + random.nextInt(20_000),
                random.nextBoolean() ? ResultKind.OUTPUT : ResultKind.ERROR,
                random.nextLong(1L << 40));
    }

    private static Checkpoint read(byte[] bytes) throws IOException {
        return Checkpoint.read(new ByteArrayInputStream(bytes));
    }
}
