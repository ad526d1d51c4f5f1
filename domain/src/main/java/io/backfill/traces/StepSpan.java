package io.backfill.traces;

/** The span of one step of a batch. It is recorded when it is closed; a span that is never closed is not recorded. */
public interface StepSpan extends AutoCloseable {
    /** Records nothing. */
    StepSpan NONE = new StepSpan() {
        @Override
        public void note(String name, long value) {}

        @Override
        public void note(String name, String value) {}

        @Override
        public void failed(String errorType) {}

        @Override
        public void close() {}
    };

    void note(String name, long value);

    void note(String name, String value);

    /** Marks the step as failed. {@code errorType} is one of few values, such as a code or the name of a class. */
    void failed(String errorType);

    @Override
    void close();
}
