package io.backfill.api.multipart;

import java.util.Optional;

/** Cleans the file names that clients send. */
public final class Filename {
    /** The name of a file that was sent without one. */
    public static final String NAMELESS = "upload";

    /** In code points. Longer names lose their middle, so that the extension stays. */
    static final int MAX_LENGTH = 255;

    private static final int KEPT_END = 32;

    private Filename() {}

    /**
     * Returns the last path element of {@code sent}, whichever system's separator it uses, with control characters replaced; never
     * empty.
     */
    public static String clean(Optional<String> sent) {
        return sent.map(Filename::clean).orElse(NAMELESS);
    }

    /** Returns the last path element of {@code sent}; see {@link #clean(Optional)}. */
    public static String clean(String sent) {
        String name = sent.substring(Math.max(sent.lastIndexOf('/'), sent.lastIndexOf('\\')) + 1);
        StringBuilder cleaned = new StringBuilder();
        name.codePoints().forEach(c -> cleaned.appendCodePoint(replaced(c) ? '_' : c));
        String stripped = cleaned.toString().strip();
        return stripped.isEmpty() || stripped.equals(".") || stripped.equals("..") ? NAMELESS : shortened(stripped);
    }

    /** Returns true for control characters and for unpaired surrogates, which databases cannot store. */
    private static boolean replaced(int codePoint) {
        return Character.isISOControl(codePoint)
                || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE);
    }

    private static String shortened(String name) {
        int length = name.codePointCount(0, name.length());
        if (length <= MAX_LENGTH) {
            return name;
        }
        return name.substring(0, name.offsetByCodePoints(0, MAX_LENGTH - KEPT_END))
                + name.substring(name.offsetByCodePoints(name.length(), -KEPT_END));
    }
}
