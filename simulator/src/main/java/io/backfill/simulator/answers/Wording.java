package io.backfill.simulator.answers;

/**
 * Generates the text of the simulated model: a few plain sentences that quote the beginning of the prompt and its
 * longest word, selected by a hash. A token is a word with the space before it. Not thread-safe; keeps no state
 * between two answers.
 */
final class Wording {
    private static final Frame[] OPENERS = {
        Frame.of("On '%': "),
        Frame.of("You asked: '%'. "),
        Frame.of("Regarding '%', here is a short answer. "),
        Frame.of("Taking '%' step by step: "),
        Frame.of("A first answer to '%'. "),
        Frame.of("In reply to '%': "),
    };
    private static final Frame[] MIDDLES = {
        Frame.of("The part that carries the meaning is '%', and the rest follows from it."),
        Frame.of("Everything turns on '%', which is stated clearly enough to act on."),
        Frame.of("The most specific word here is '%', so I would start there."),
        Frame.of("I read this mainly as a question about '%'."),
        Frame.of("The text gives one firm point, '%', and leaves the remainder open."),
        Frame.of("Most of what is said depends on '%', so that deserves a second look."),
        Frame.of("Without more context, '%' is the safest thing to build on."),
        Frame.of("Two readings are possible, but both agree on '%'."),
    };
    private static final Frame[] CLOSINGS = {
        Frame.of(" Nothing in the text contradicts that."),
        Frame.of(" If more detail arrives, the answer may become sharper."),
        Frame.of(" That is as far as the given text goes."),
        Frame.of(" I would confirm it with the person who wrote it."),
        Frame.of(" The tone is matter-of-fact throughout."),
        Frame.of(" No further steps are needed."),
        Frame.of(" A short note to the author would settle the rest."),
        Frame.of(""),
    };
    private static final String FILLER = " and so the same point holds once more";
    private static final int FILLER_TOKENS = 8;
    private static final int QUOTED = 60;

    private final StringBuilder text = new StringBuilder(320);
    private int spaces;

    /** A sentence with or without a placeholder for words of the prompt, with the number of its spaces. */
    private record Frame(String before, String after, int spaces) {
        static Frame of(String pattern) {
            int hole = pattern.indexOf('%');
            String before = hole < 0 ? pattern : pattern.substring(0, hole);
            String after = hole < 0 ? "" : pattern.substring(hole + 1);
            return new Frame(
                    before,
                    after,
                    Math.toIntExact(pattern.chars().filter(c -> c == ' ').count()));
        }
    }

    /**
     * One answer.
     *
     * @param cut whether it was cut at its maximum, {@code finish_reason: length}
     */
    record Said(String text, int tokens, boolean cut) {
        /** Returns the end of the token that starts at {@code from}. A space belongs to the token after it. */
        int endOfToken(int from) {
            int next = from < text.length() ? text.indexOf(' ', from + 1) : -1;
            return next < 0 ? text.length() : next;
        }
    }

    /**
     * Generates the answer to a prompt.
     *
     * @param seed selects the sentences
     * @param maxTokens cuts the text; 0 for no limit
     * @param minTokens extends the text; with {@code ignoreEos} it is extended up to {@code maxTokens}
     */
    Said say(Prompt prompt, long seed, int maxTokens, int minTokens, boolean ignoreEos) {
        text.setLength(0);
        spaces = 0;
        String start = prompt.start();
        with(pick(OPENERS, seed), start, 0, quotedEnd(start));
        long word = longestWord(start);
        with(pick(MIDDLES, seed >>> 8), start, (int) (word >>> 32), (int) word);
        with(pick(CLOSINGS, seed >>> 16), "", 0, 0);
        int tokens = spaces + 1;
        boolean toTheEnd = ignoreEos && maxTokens > 0;
        int wanted = toTheEnd ? maxTokens : minTokens;
        while (tokens < wanted) {
            text.append(FILLER);
            tokens += FILLER_TOKENS;
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

    private static Frame pick(Frame[] from, long seed) {
        return from[(int) Long.remainderUnsigned(seed & 0xff, from.length)];
    }

    /**
     * Appends the frame with {@code start[from, to)} in its placeholder, with white space collapsed to single spaces.
     */
    private void with(Frame frame, String start, int from, int to) {
        text.append(frame.before());
        spaces += frame.spaces();
        int holeAt = text.length();
        boolean spaceIsDue = false;
        for (int i = from; i < to; i++) {
            char c = start.charAt(i);
            if (c <= ' ') {
                spaceIsDue = text.length() > holeAt;
            } else {
                if (spaceIsDue) {
                    text.append(' ');
                    spaces++;
                    spaceIsDue = false;
                }
                text.append(c);
            }
        }
        text.append(frame.after());
    }

    /** Returns the end of the last whole word within the first {@value #QUOTED} characters. */
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

    /** Returns start and end of the longest run of letters, in the upper and lower half. */
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
