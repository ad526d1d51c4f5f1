package io.backfill.benchmarks;

/**
 * What was found after one blow.
 *
 * @param phase of the batch that was hit
 * @param blow what happened to whom
 * @param inTime whether the batch was in that phase just before
 * @param lost lines without a result in the end
 * @param repeated result lines of a line that had one
 * @param againThoughLogged lines that the model received after the blow though their result was in the log at that moment
 * @param twice lines that the model received more than once
 * @param countsRight whether the batch says what its files hold
 * @param secondsUntilMoved from the blow until the model got a line of the batch again, or the batch ended
 */
record KillRound(
        String phase,
        String blow,
        boolean inTime,
        long lost,
        long repeated,
        long againThoughLogged,
        long twice,
        boolean countsRight,
        double secondsUntilMoved) {}
