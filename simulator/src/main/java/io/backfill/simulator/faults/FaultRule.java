package io.backfill.simulator.faults;

/**
 * One kind of fault and the requests it applies to. All conditions must hold. Created by {@link #of} or
 * {@link #answering} and narrowed by the methods below.
 *
 * @param kind the kind of fault
 * @param status HTTP status of {@code status} and {@code html}
 * @param retryAfter value of the {@code Retry-After} header, empty for none
 * @param ms milliseconds of {@code slow}, and of each byte of {@code trickle}
 * @param bytes bytes that {@code large} adds
 * @param rate share of the matching requests that are hit, 0 to 1, drawn by request number
 * @param first hits only this many first requests of each request id (of each body, without an id); 0 = no limit
 * @param times hits at most this many requests in total; 0 = no limit
 * @param match hits only bodies that contain this text; empty = any
 * @param header hits only requests with this header; empty = any
 * @param headerValue hits only requests whose header contains this value
 */
public record FaultRule(
        FaultKind kind,
        int status,
        String retryAfter,
        int ms,
        int bytes,
        double rate,
        int first,
        int times,
        String match,
        String header,
        String headerValue) {

    public FaultRule {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("rate must be between 0 and 1, not " + rate);
        }
        if (ms < 0 || bytes < 0 || first < 0 || times < 0) {
            throw new IllegalArgumentException("ms, bytes, first and times must not be negative");
        }
        if (status != 0 && (status < 200 || status > 599)) {
            throw new IllegalArgumentException("status must be between 200 and 599, not " + status);
        }
        if (kind == FaultKind.STATUS && status == 0) {
            throw new IllegalArgumentException("the fault 'status' needs a status");
        }
        if ((kind == FaultKind.SLOW || kind == FaultKind.TRICKLE) && ms == 0) {
            throw new IllegalArgumentException("the fault '" + kind.wireName() + "' needs ms");
        }
        if (kind == FaultKind.LARGE && bytes == 0) {
            throw new IllegalArgumentException("the fault 'large' needs bytes");
        }
    }

    /** Returns a rule that hits every request. */
    public static FaultRule of(FaultKind kind) {
        return new FaultRule(kind, 0, "", 0, 0, 1, 0, 0, "", "", "");
    }

    /** Returns a rule that answers every request with this status. */
    public static FaultRule answering(int status) {
        return new FaultRule(FaultKind.STATUS, status, "", 0, 0, 1, 0, 0, "", "", "");
    }

    /** Returns a rule that delays every request. */
    public static FaultRule slow(int ms) {
        return new FaultRule(FaultKind.SLOW, 0, "", ms, 0, 1, 0, 0, "", "", "");
    }

    /** Returns a rule that sends every answer at one byte every {@code ms} milliseconds. */
    public static FaultRule trickle(int ms) {
        return new FaultRule(FaultKind.TRICKLE, 0, "", ms, 0, 1, 0, 0, "", "", "");
    }

    /** Returns a rule that enlarges every answer by {@code bytes}. */
    public static FaultRule large(int bytes) {
        return new FaultRule(FaultKind.LARGE, 0, "", 0, bytes, 1, 0, 0, "", "", "");
    }

    public FaultRule withStatus(int newStatus) {
        return new FaultRule(kind, newStatus, retryAfter, ms, bytes, rate, first, times, match, header, headerValue);
    }

    public FaultRule withRetryAfter(String newRetryAfter) {
        return new FaultRule(kind, status, newRetryAfter, ms, bytes, rate, first, times, match, header, headerValue);
    }

    public FaultRule withRate(double newRate) {
        return new FaultRule(kind, status, retryAfter, ms, bytes, newRate, first, times, match, header, headerValue);
    }

    public FaultRule first(int requestsOfEachId) {
        return new FaultRule(
                kind, status, retryAfter, ms, bytes, rate, requestsOfEachId, times, match, header, headerValue);
    }

    public FaultRule times(int requests) {
        return new FaultRule(kind, status, retryAfter, ms, bytes, rate, first, requests, match, header, headerValue);
    }

    public FaultRule matching(String textInBody) {
        return new FaultRule(kind, status, retryAfter, ms, bytes, rate, first, times, textInBody, header, headerValue);
    }

    public FaultRule withHeader(String name, String valueContains) {
        return new FaultRule(kind, status, retryAfter, ms, bytes, rate, first, times, match, name, valueContains);
    }
}
