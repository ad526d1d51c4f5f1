package io.backfill.run;

/**
 * How an execution ended, for its row in the batch runtime's history. The row holds {@value #LONGEST} characters: a longer text
 * would make its update fail, and the execution would look as if it still ran. So it is cut here, and nowhere else.
 */
public record ExitStatus(String text) {
    public static final int LONGEST = 512;

    private static final String CUT = "…";

    public ExitStatus {
        text = text.length() <= LONGEST ? text : beginning(text) + CUT;
    }

    /** Without half a surrogate pair at its end. */
    private static String beginning(String text) {
        int end = LONGEST - CUT.length();
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    @Override
    public String toString() {
        return text;
    }
}
