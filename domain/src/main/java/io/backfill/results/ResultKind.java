package io.backfill.results;

/** The file that a result line goes to. */
public enum ResultKind {
    /** Lines answered with a 2xx status and a JSON object. */
    OUTPUT("out"),
    /** Lines with another answer or none. */
    ERROR("err");

    private final String suffix;

    ResultKind(String suffix) {
        this.suffix = suffix;
    }

    /** Returns the suffix of segment names. */
    public String suffix() {
        return suffix;
    }
}
