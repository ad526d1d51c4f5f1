package io.backfill.benchmarks;

/**
 * The findings after one disruption.
 *
 * @param phase the phase of the batch at the disruption
 * @param blow the disruption
 * @param inTime whether the batch was in that phase just before
 * @param lost lines without a result at the end
 * @param repeated additional result lines of lines that already had one
 * @param againThoughLogged lines that the model received after the disruption although their result was in the log at that time
 * @param twice lines that the model received more than once
 * @param countsRight whether the counts of the batch agree with its files
 * @param secondsUntilMoved seconds from the disruption until the model received a line of the batch again, or the batch ended
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
