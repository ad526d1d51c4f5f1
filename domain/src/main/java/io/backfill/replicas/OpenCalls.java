package io.backfill.replicas;

/**
 * The calls that this node has open at a replica, and how many there were over time. A call counts from {@link #enter} to
 * {@link #leave}, however long it takes: nothing else ends it. Not thread-safe. Times are nano times.
 */
public final class OpenCalls {
    private int open;
    private int most;
    private long promptTokens;
    private long freshTokens;
    /** Integral of the open calls over time, in call-seconds. */
    private double area;

    private long at;

    /** Creates the record of a replica without open calls. */
    public OpenCalls(long now) {
        at = now;
    }

    /** Returns the number of open calls. */
    public int count() {
        return open;
    }

    /** Returns the prompt tokens, cached or not, of the open calls. */
    public long promptTokens() {
        return promptTokens;
    }

    /** Returns the expected number of uncached prompt tokens of the open calls. */
    public long freshTokens() {
        return freshTokens;
    }

    /**
     * Records that a call is being sent.
     *
     * @param tokens of its prompt
     * @param fresh expected number of them that are not cached
     */
    public void enter(int tokens, long fresh, long now) {
        advance(now);
        open++;
        most = Math.max(most, open);
        promptTokens += tokens;
        freshTokens += fresh;
    }

    /** Records the end of a call, with the same numbers of tokens. */
    public void leave(int tokens, long fresh, long now) {
        advance(now);
        open--;
        promptTokens -= tokens;
        freshTokens -= fresh;
    }

    /** Returns the largest number of open calls since the last call of this method. */
    public int mostSinceLast() {
        int since = most;
        most = open;
        return since;
    }

    /** Returns the call-seconds until now. The difference of two of them, divided by the time between, is the mean number of calls. */
    public double callSeconds(long now) {
        advance(now);
        return area;
    }

    private void advance(long now) {
        area += open * Math.max(0, now - at) / 1e9;
        at = now;
    }
}
