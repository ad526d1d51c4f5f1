package io.backfill.benchmarks;

import io.backfill.simulator.engine.Mixing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * The requests of one workload, built from segments of text. Every token has four bytes derived from its segment and position, so
 * that the text a planner reads and the tokens an engine counts agree. Lengths and sharing follow the table of workloads in
 * {@code docs/benchmarks-engine.md}.
 */
enum PromptWorkload {
    /** System prompts of 0.6k to 2.2k tokens; each user has a turn of its own. */
    SYS(120, i -> List.of(system(i % 24, 600 + i % 24 * 68), own(i, 307))),
    /** A long document in the system prompt, with twenty questions each. */
    SYSDOC(119, i -> List.of(system(1000 + i / 20, 2938), own(i, 50))),
    /** The same documents in the user message. */
    USERDOC(119, i -> List.of(shared(1000 + i / 20, 2938), own(i, 50))),
    /** Twelve system prompts, each combined with every document. */
    SYSXDOC(99, i -> List.of(system(i / 26 % 12, 800), shared(2000 + i / 312, 2000), own(i, 69))),
    /** Rows of a table: instruction, category, product, review. */
    TABLE(8, i -> List.of(shared(1, 205), shared(10_000 + i / 200, 100), shared(20_000 + i / 10, 200), own(i, 141))),
    /** A tree of few-shot examples, three levels. */
    FEWSHOT(40, i -> List.of(shared(i % 4, 1000), shared(100 + i % 16, 800), shared(1000 + i % 64, 455), own(i, 160))),
    /** Five turns of a conversation as five requests. */
    TURNS(220, PromptWorkload::turns),
    /** Five samples of one prompt as five lines. */
    PASSK(300, i -> List.of(shared(1, 8), shared(30_000 + i / 5, 659))),
    /** Five retrieved chunks in the order of retrieval. */
    RAG(149, PromptWorkload::retrieved),
    /** The question before the document: no sharing is possible beyond the instruction. */
    QFIRST(119, i -> List.of(shared(1, 63), own(i, 50), shared(1000 + i / 20, 2875))),
    /** Only the instruction is shared. */
    UNIQUE(120, i -> List.of(shared(1, 32), own(i, 1424)));

    /** Tokens per block of the engine. */
    static final int BLOCK = 16;

    private static final int BYTES = 4;
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

    /** A segment of text; equal ids mean equal text. */
    record Segment(long id, int tokens, boolean ofSystem) {}

    /** One line. */
    record Prompt(int line, List<Segment> segments, int output) {
        int tokens() {
            return segments.stream().mapToInt(Segment::tokens).sum();
        }

        /** Returns the identity of the first system message; 0 if there is none. */
        long system() {
            return segments.getFirst().ofSystem() ? segments.getFirst().id() : 0;
        }

        /** Returns the chained hashes of the full blocks of the prompt. */
        long[] blocks() {
            return blocks(BLOCK);
        }

        long[] blocks(int blockTokens) {
            long[] blocks = new long[tokens() / blockTokens];
            long chain = 0;
            int token = 0;
            for (Segment segment : segments) {
                for (int i = 0; i < segment.tokens(); i++) {
                    chain = Mixing.mix(chain ^ tokenOf(segment.id(), i));
                    if (++token % blockTokens == 0) {
                        blocks[token / blockTokens - 1] = chain;
                    }
                }
            }
            return blocks;
        }

        /** Returns the line as a client would write it. */
        String json(String model) {
            StringBuilder json = new StringBuilder(tokens() * BYTES + 256);
            json.append("{\"custom_id\":\"r")
                    .append(line)
                    .append("\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",")
                    .append("\"body\":{\"model\":\"")
                    .append(model)
                    .append("\",\"max_tokens\":")
                    .append(output)
                    .append(",\"messages\":[");
            boolean user = false;
            if (segments.getFirst().ofSystem()) {
                json.append("{\"role\":\"system\",\"content\":\"");
            } else {
                json.append("{\"role\":\"user\",\"content\":\"");
                user = true;
            }
            for (Segment segment : segments) {
                if (!segment.ofSystem() && !user) {
                    json.append("\"},{\"role\":\"user\",\"content\":\"");
                    user = true;
                }
                for (int i = 0; i < segment.tokens(); i++) {
                    long token = tokenOf(segment.id(), i);
                    for (int letter = 0; letter < BYTES; letter++) {
                        json.append(LETTERS.charAt((int) (token >>> 5 * letter) & 31));
                    }
                }
            }
            return json.append("\"}]}}\n").toString();
        }

        private static long tokenOf(long segment, int place) {
            return Mixing.mix(segment * 1_000_003L + place);
        }
    }

    private final int output;
    private final IntFunction<List<Segment>> segments;

    PromptWorkload(int output, IntFunction<List<Segment>> segments) {
        this.output = output;
        this.segments = segments;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the lines in their natural layout, one group after the other. */
    List<Prompt> grouped(int lines) {
        List<Prompt> prompts = new ArrayList<>(lines);
        for (int i = 0; i < lines; i++) {
            prompts.add(new Prompt(i, segments.apply(i), output));
        }
        return prompts;
    }

    /** Returns the lines in random order. */
    List<Prompt> shuffled(int lines, long seed) {
        List<Prompt> prompts = grouped(lines);
        Collections.shuffle(prompts, new Random(seed));
        return prompts;
    }

    private static Segment system(long id, int tokens) {
        return new Segment(1 + id, tokens, true);
    }

    private static Segment shared(long id, int tokens) {
        return new Segment(1_000_000 + id, tokens, false);
    }

    private static Segment own(long line, int tokens) {
        return new Segment(1_000_000_000L + line, tokens, false);
    }

    private static List<Segment> turns(int i) {
        List<Segment> all = new ArrayList<>();
        all.add(shared(1, 88));
        for (int turn = 0; turn <= i % 5; turn++) {
            all.add(shared(1_000_000L + i / 5 * 5L + turn, 302));
        }
        return all;
    }

    /** Returns chunks with a skewed popularity: the first one determines most of what can be shared. */
    private static List<Segment> retrieved(int i) {
        Random random = new Random(i);
        List<Segment> all = new ArrayList<>();
        all.add(shared(1, 44));
        for (int chunk = 0; chunk < 5; chunk++) {
            double draw = random.nextDouble();
            all.add(shared(40_000 + (long) (1500 * draw * draw * draw), 300));
        }
        all.add(own(i, 200));
        return all;
    }
}
