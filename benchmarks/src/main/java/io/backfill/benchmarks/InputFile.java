package io.backfill.benchmarks;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;

/** Files of generated chat requests. */
final class InputFile {
    /** Bytes of a small line. */
    static final int SMALL_LINE = 512;

    private static final long SEED = 20_260_101;
    private static final String[] WORDS = {
        "amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "juniper", "knoll", "lagoon",
        "maple", "north", "otter", "pine"
    };

    private InputFile() {}

    /** Writes {@code count} lines of about 512 bytes each, as {@link #write(Path, String, int, int)} does. */
    static Path writeSmall(Path file, String model, int count) throws IOException {
        return write(file, model, count, SMALL_LINE);
    }

    /** Writes {@code count} lines of about {@code bytes} bytes each. Equal arguments give equal files. */
    static Path write(Path file, String model, int count, int bytes) throws IOException {
        return write(file, i -> model, i -> "", count, bytes);
    }

    /**
     * Writes {@code count} lines of about {@code bytes} bytes each, with a model and a mark per line.
     *
     * @param model the model of a line, by its number from 1
     * @param mark the text at the start of its prompt
     */
    static Path write(Path file, IntFunction<String> model, IntFunction<String> mark, int count, int bytes)
            throws IOException {
        Random random = new Random(SEED);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 1; i <= count; i++) {
                String head = String.format(
                        Locale.ROOT,
                        "{\"custom_id\":\"r-%07d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"%s\","
                                + "\"messages\":[{\"role\":\"user\",\"content\":\"",
                        i,
                        model.apply(i));
                head += mark.apply(i);
                String tail = "\"}],\"max_tokens\":16}}\n";
                out.write(head);
                words(out, random, Math.max(8, bytes - head.length() - tail.length()));
                out.write(tail);
            }
        }
        return file;
    }

    private static void words(BufferedWriter out, Random random, int characters) throws IOException {
        for (int written = 0; written < characters; ) {
            String word = WORDS[random.nextInt(WORDS.length)];
            out.write(word);
            out.write(' ');
            written += word.length() + 1;
        }
    }
}
