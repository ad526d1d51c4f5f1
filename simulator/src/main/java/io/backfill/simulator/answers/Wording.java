package io.backfill.simulator.answers;

/**
 * What the simulated model says: a few plain sentences that quote the prompt's beginning and its longest word, chosen by
 * a hash. A token is a word with the space before it. Not thread-safe; holds nothing between two answers.
 */
final class Wording {
    private static final String[] OPENERS = {
        "On '%': ",
        "You asked: '%'. ",
        "Regarding '%', here is a short answer. ",
        "Taking '%' step by step: ",
        "A first answer to '%'. ",
        "In reply to '%': ",
    };
    private static final String[] MIDDLES = {
        "The part that carries the meaning is '%', and the rest follows from it.",
        "Everything turns on '%', which is stated clearly enough to act on.",
        "The most specific word here is '%', so I would start there.",
        "I read this mainly as a question about '%'.",
        "The text gives one firm point, '%', and leaves the remainder open.",
        "Most of what is said depends on '%', so that deserves a second look.",
        "Without more context, '%' is the safest thing to build on.",
        "Two readings are possible, but both agree on '%'.",
    };
    private static final String[] CLOSINGS = {
        " Nothing in the text contradicts that.",
        " If more detail arrives, the answer may become sharper.",
        " That is as far as the given text goes.",
        " I would confirm it with the person who wrote it.",
        " The tone is matter-of-fact throughout.",
        " No further steps are needed.",
        " A short note to the author would settle the rest.",
        "",
    };
    private static final String FILLER = " and so the same point holds once more";
    private static final int QUOTED = 60;

    private final StringBuilder text = new StringBuilder(320);

    /**
     * One answer.
     *
     * @param cut whether it was cut at its maximum, {@code finish_reason: length}
     */
    record Said(String text, int tokens, boolean cut) {
        /** Where the token that begins at {@code from} ends; a space belongs to the token after it. */
        int endOfToken(int from) {
            int next = from < text.length() ? text.indexOf(' ', from + 1) : -1;
            return next < 0 ? text.length() : next;
        }
    }

    /**
     * Makes the answer to a prompt.
     *
     * @param seed chooses the sentences
     * @param maxTokens cuts the text; 0 for no limit
     * @param minTokens lengthens it; with {@code ignoreEos} it is lengthened up to {@code maxTokens}
     */
    Said say(Prompt prompt, long seed, int maxTokens, int minTokens, boolean ignoreEos) {
        text.setLength(0);
        String start = prompt.start();
        with(pick(OPENERS, seed), start, 0, quotedEnd(start));
        long word = longestWord(start);
        with(pick(MIDDLES, seed >>> 8), start, (int) (word >>> 32), (int) word);
        text.append(pick(CLOSINGS, seed >>> 16));
        int tokens = words(0);
        boolean toTheEnd = ignoreEos && maxTokens > 0;
        int wanted = toTheEnd ? maxTokens : minTokens;
        while (tokens < wanted) {
            int from = text.length();
            text.append(FILLER);
            tokens += words(from) - 1;
        }
        boolean tooLong = maxTokens > 0 && tokens > maxTokens;
        if (tooLong) {
            cutAfter(maxTokens);
            tokens = maxTokens;
        }
        return new Said(text.toString(), tokens, tooLong || toTheEnd);
    }

    private void cutAfter(int tokens) {
        int at = 0;
        for (int i = 0; i < tokens; i++) {
            at++;
            while (at < text.length() && text.charAt(at) != ' ') {
                at++;
            }
        }
        text.setLength(at);
    }

    private int words(int from) {
        int words = 1;
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == ' ') {
                words++;
            }
        }
        return words;
    }

    private static String pick(String[] from, long seed) {
        return from[(int) Long.remainderUnsigned(seed & 0xff, from.length)];
    }

    /** Appends the pattern with {@code start[from, to)} for its {@code %}, white space made single spaces. */
    private void with(String pattern, String start, int from, int to) {
        int hole = pattern.indexOf('%');
        text.append(pattern, 0, hole);
        boolean space = true;
        for (int i = from; i < to; i++) {
            char c = start.charAt(i);
            if (c > ' ') {
                text.append(c);
                space = false;
            } else if (!space) {
                text.append(' ');
                space = true;
            }
        }
        if (space && text.charAt(text.length() - 1) == ' ') {
            text.setLength(text.length() - 1);
        }
        text.append(pattern, hole + 1, pattern.length());
    }

    /** The end of the last whole word within the first {@value #QUOTED} characters. */
    private static int quotedEnd(String start) {
        if (start.length() <= QUOTED) {
            return start.length();
        }
        int end = QUOTED;
        while (end > QUOTED / 2 && start.charAt(end) > ' ') {
            end--;
        }
        if (start.charAt(end) > ' ') {
            return Character.isHighSurrogate(start.charAt(QUOTED - 1)) ? QUOTED - 1 : QUOTED;
        }
        return end;
    }

    /** Start and end of the longest run of letters, in the upper and lower half. */
    private static long longestWord(String start) {
        int best = 0;
        int bestEnd = 0;
        int from = 0;
        for (int i = 0; i <= start.length(); i++) {
            if (i == start.length() || !Character.isLetter(start.charAt(i))) {
                if (i - from > bestEnd - best) {
                    best = from;
                    bestEnd = i;
                }
                from = i + 1;
            }
        }
        return (long) best << 32 | bestEnd;
    }
}
