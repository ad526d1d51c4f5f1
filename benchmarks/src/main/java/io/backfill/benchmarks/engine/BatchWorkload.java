package io.backfill.benchmarks.engine;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Lines of a batch. Files of the same length have equal lengths of prompts and answers line by line; the words depend on the seed. */
public enum BatchWorkload {
    /** Forty prompts of 1,300 tokens, each with many questions, shuffled; 24 tokens out. */
    SHARED,
    /** 50 tokens in, 16 out. */
    SHORT,
    /** 2,000 tokens in, 16 out. */
    LONG,
    /** 50 tokens in, 192 to 320 out: equal lengths would end in waves, and a wave's end decides the figure. */
    OUTPUT,
    /** The other three without a shared prompt, in turns. */
    MIX;

    private static final int GROUPS = 40;
    private static final int SHARED_TOKENS = 1_300;
    private static final int QUESTION_TOKENS = 20;
    private static final int SHARED_OUT = 24;
    private static final int SHORT_TOKENS = 50;
    private static final int LONG_TOKENS = 2_000;
    private static final int SHORT_OUT = 16;
    private static final int LEAST_OUT = 192;
    private static final int MOST_OUT = 320;
    private static final long SHAPE = 20_260_101;

    /** Writes {@code count} lines. */
    public Path write(Path file, PromptText text, ChatBody body, int count, long seed) throws IOException {
        if (this == SHARED) {
            return writeShared(file, text, body, count, SHARED_OUT, seed);
        }
        Random words = new Random(seed);
        Random shape = new Random(SHAPE);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < count; i++) {
                BatchWorkload kind = this == MIX ? List.of(SHORT, LONG, OUTPUT).get(i % 3) : this;
                int in = kind == LONG ? LONG_TOKENS : SHORT_TOKENS;
                int answer = kind == OUTPUT ? shape.nextInt(LEAST_OUT, MOST_OUT + 1) : SHORT_OUT;
                out.write(body.line(kind.id(0, i), text.prompt(words, in), answer));
                out.newLine();
            }
        }
        return file;
    }

    /**
     * Writes lines with shared prompts. Their ids begin with the number of the prompt and a hyphen.
     *
     * @param answer tokens of each answer
     */
    public static Path writeShared(Path file, PromptText text, ChatBody body, int count, int answer, long seed)
            throws IOException {
        Random words = new Random(seed);
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < GROUPS; i++) {
            prompts.add(text.prompt(words, SHARED_TOKENS));
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(SHAPE));
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int line : order) {
                int group = line % GROUPS;
                String prompt = prompts.get(group) + text.part(words, QUESTION_TOKENS);
                out.write(body.line(SHARED.id(group, line), prompt, answer));
                out.newLine();
            }
        }
        return file;
    }

    private String id(int group, int line) {
        return (this == SHARED ? Integer.toString(group) : name().toLowerCase(Locale.ROOT)) + "-" + line;
    }
}
