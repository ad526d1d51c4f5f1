package io.backfill.benchmarks;

import java.util.List;

/**
 * When a batch reached its rate. The final rate is that of the second half of a run. It is reached at the start of the first minute
 * (a quarter of the run, if that is shorter) in which the rate is at least 0.97 of it. Starts are tried every five seconds, so the
 * ups and downs of single seconds do not count.
 */
final class EngineSettling {
    private static final double SHARE = 0.97;
    private static final double WINDOW_SECONDS = 60;
    private static final double STEP_SECONDS = 5;
    private static final double NANOS = 1e9;

    private EngineSettling() {}

    /**
     * Returns the seconds from the first sample until then; NaN if the rate was never reached.
     *
     * @param samples from the first call of the batch on
     */
    static double seconds(List<EngineGateway.Account> samples) {
        double whole = secondsAt(samples, samples.size() - 1);
        double end = answeredAt(samples, whole);
        double last = (end - answeredAt(samples, whole / 2)) / (whole / 2);
        double window = Math.min(WINDOW_SECONDS, whole / 4);
        for (double start = 0; start + window <= whole; start += STEP_SECONDS) {
            double rate = (answeredAt(samples, start + window) - answeredAt(samples, start)) / window;
            if (rate >= SHARE * last) {
                return start;
            }
        }
        return Double.NaN;
    }

    private static double secondsAt(List<EngineGateway.Account> samples, int index) {
        return (samples.get(index).nanos() - samples.getFirst().nanos()) / NANOS;
    }

    /** Returns the answered calls at a time, between two samples in proportion. */
    private static double answeredAt(List<EngineGateway.Account> samples, double seconds) {
        for (int i = 1; i < samples.size(); i++) {
            double to = secondsAt(samples, i);
            if (to >= seconds) {
                double from = secondsAt(samples, i - 1);
                double part = to > from ? (seconds - from) / (to - from) : 1;
                double before = samples.get(i - 1).answered();
                return before + part * (samples.get(i).answered() - before);
            }
        }
        return samples.getLast().answered();
    }
}
