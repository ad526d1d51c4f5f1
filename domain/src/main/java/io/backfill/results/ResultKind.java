package io.backfill.results;

/** Which file a result line goes to. */
public enum ResultKind {
    /** Answered with a 2xx status and a JSON object. */
    OUTPUT("out"),
    /** Answered otherwise, or not at all. */
    ERROR("err");

    private final String suffix;

    ResultKind(String suffix) {
        this.suffix = suffix;
    }

    /** Ending of segment names. */
    public String suffix() {
        return suffix;
    }
}
