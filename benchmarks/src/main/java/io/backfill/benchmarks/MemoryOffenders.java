package io.backfill.benchmarks;

import java.util.List;

/** The offenders with large lines or large answers. */
final class MemoryOffenders {
    private static final int MEGABYTE = 1_000_000;
    private static final int MEBIBYTE = 1 << 20;

    private MemoryOffenders() {}

    static List<Offender> all() {
        return List.of(
                largeLines("12-batches-of-1MiB-lines", 12, 40, MEBIBYTE),
                largeLines("5-batches-of-13-lines-of-15MB", 5, 13, 15 * MEGABYTE),
                largeAnswers("64-answers-of-20MB", 64, 20 * MEGABYTE),
                largeAnswers("64-answers-of-64MB", 64, 64 * MEGABYTE),
                largeAnswers("512-answers-of-3MB", 512, 3 * MEGABYTE));
    }

    private static Offender largeLines(String name, int batches, int lines, int bytes) {
        return new Offender(
                name,
                Offender.Group.MEMORY,
                scene -> scene.faultyModel(name, 64, "{\"fault\":\"hang\"}", "--any-model"),
                scene -> scene.createBatches(InputFile.write(scene.file("large.jsonl"), name, lines, bytes), batches));
    }

    private static Offender largeAnswers(String name, int open, int bytes) {
        return new Offender(
                        name,
                        Offender.Group.MEMORY,
                        scene -> scene.faultyModel(name, open, large(bytes), "--any-model", "--latency", "2s"),
                        scene -> scene.createBatches(InputFile.writeSmall(scene.file("answers.jsonl"), name, open), 1))
                .brief();
    }

    private static String large(int bytes) {
        // slightly smaller than the largest accepted answer
        return "{\"fault\":\"large\",\"bytes\":" + (bytes - 10_000) + "}";
    }
}
