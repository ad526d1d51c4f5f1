package io.backfill.api.multipart;

import java.util.Optional;

/** What becomes of the file names that clients send. */
public final class Filename {
    /** For a file without a name. */
    public static final String NAMELESS = "upload";

    /** In code points; longer names lose their middle, so that the ending stays. */
    static final int MAX_LENGTH = 255;

    private static final int KEPT_END = 32;

    private Filename() {}

    /** The last path element of {@code sent}, on whatever system it was one, without control characters; never empty. */
    public static String clean(Optional<String> sent) {
        return sent.map(Filename::clean).orElse(NAMELESS);
    }

    /** The last path element of {@code sent}; see {@link #clean(Optional)}. */
    public static String clean(String sent) {
        String name = sent.substring(Math.max(sent.lastIndexOf('/'), sent.lastIndexOf('\\')) + 1);
        StringBuilder cleaned = new StringBuilder();
        name.codePoints().forEach(c -> cleaned.appendCodePoint(replaced(c) ? '_' : c));
        String stripped = cleaned.toString().strip();
        return stripped.isEmpty() || stripped.equals(".") || stripped.equals("..") ? NAMELESS : shortened(stripped);
    }

    /** Control characters, and halves of surrogate pairs, which no database keeps. */
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
