package io.backfill.run;

/**
 * The exit status of an execution, for its row in the batch runtime's history. The row holds {@value #LONGEST} characters. With a
 * longer text the update would fail and the execution would appear to be running, so the text is truncated here.
 */
public record ExitStatus(String text) {
    public static final int LONGEST = 512;

    private static final String CUT = "…";

    public ExitStatus {
        text = text.length() <= LONGEST ? text : beginning(text) + CUT;
    }

    /** Returns the beginning of the text without half of a surrogate pair at its end. */
    private static String beginning(String text) {
        int end = LONGEST - CUT.length();
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    @Override
    public String toString() {
        return text;
    }
}
