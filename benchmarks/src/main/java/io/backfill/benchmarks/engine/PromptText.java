package io.backfill.benchmarks.engine;

import java.io.IOException;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Texts of random words with a given number of tokens. The server counts two texts first, so the lengths are right for its tokenizer
 * and its chat template.
 *
 * @param perWord tokens of a word, on average
 * @param template tokens of a prompt without words
 */
public record PromptText(double perWord, double template) {
    private static final String[] BEGINNINGS = {
        "ba", "co", "de", "fu", "gi", "ha", "jo", "ke", "lu", "mi", "na", "po", "re", "su", "ti", "va"
    };
    private static final String[] ENDINGS = {
        "bel", "cor", "dan", "fer", "gon", "hil", "kin", "lom", "mar", "nes", "pol", "rud", "sel", "tam", "vor", "zin"
    };
    private static final int FEW = 50;
    private static final int MANY = 500;
    private static final long CALIBRATION = 0x5eed;

    public PromptText {
        if (!(perWord > 0)) {
            throw new IllegalArgumentException("a word has " + perWord + " tokens");
        }
    }

    /** Measures the tokens of a word. */
    public static PromptText calibrate(EngineServer server, ChatBody body) throws IOException {
        Random random = new Random(CALIBRATION);
        int few = server.promptTokens(body, words(random, FEW));
        int many = server.promptTokens(body, words(random, MANY));
        if (many <= few) {
            throw new IOException(
                    server.base() + " counts " + few + " tokens for " + FEW + " words, but " + many + " for " + MANY);
        }
        return fit(FEW, few, MANY, many);
    }

    /** Returns the line through two measured texts. */
    static PromptText fit(int few, int fewTokens, int many, int manyTokens) {
        double perWord = (double) (manyTokens - fewTokens) / (many - few);
        return new PromptText(perWord, Math.max(0, fewTokens - perWord * few));
    }

    /** Returns a text that makes a prompt of about {@code tokens} tokens, with those of the template. */
    public String prompt(RandomGenerator random, int tokens) {
        return words(random, (int) Math.round((tokens - template) / perWord));
    }

    /** Returns a text of about {@code tokens} tokens that follows another one. */
    public String part(RandomGenerator random, int tokens) {
        return " " + words(random, (int) Math.round(tokens / perWord));
    }

    /** Returns {@code count} words, or one if {@code count} is less. */
    static String words(RandomGenerator random, int count) {
        StringBuilder text = new StringBuilder(Math.max(1, count) * 6);
        for (int i = 0; i < Math.max(1, count); i++) {
            text.append(i == 0 ? "" : " ")
                    .append(BEGINNINGS[random.nextInt(BEGINNINGS.length)])
                    .append(ENDINGS[random.nextInt(ENDINGS.length)]);
        }
        return text.toString();
    }
}
