package io.backfill.simulator.engine;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The time an answer takes: constant, or drawn from a distribution. */
public sealed interface Latency {
    Latency NONE = new Fixed(Duration.ZERO);

    /** Returns the time of one answer. {@code draw} is any 64 random bits; the same bits give the same time. */
    long nanos(long draw);

    static Latency fixed(Duration time) {
        return new Fixed(time);
    }

    static Latency lognormal(Duration median, double sigma) {
        return new Lognormal(median, sigma);
    }

    /** Reads {@code 0}, {@code 20ms}, {@code 1.5s} or {@code lognormal:MEDIAN:SIGMA}. */
    static Latency parse(String text) {
        String[] parts = text.strip().split(":", -1);
        try {
            if (parts.length == 1) {
                return fixed(duration(parts[0]));
            }
            if (parts.length == 3 && parts[0].equals("lognormal")) {
                return lognormal(duration(parts[1]), Double.parseDouble(parts[2]));
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("not a latency: '" + text + "'", notANumber);
        }
        throw new IllegalArgumentException(
                "not a latency: '" + text + "' (write 20ms, 1.5s or lognormal:200ms:1, which is median and sigma)");
    }

    private static Duration duration(String text) {
        Matcher matcher = Pattern.compile("(\\d+(?:\\.\\d+)?)(us|ms|s|m|)").matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches() || (matcher.group(2).isEmpty() && Double.parseDouble(matcher.group(1)) != 0)) {
            throw new IllegalArgumentException("not a duration: '" + text + "' (write 500us, 20ms, 1.5s or 1m)");
        }
        double unit = switch (matcher.group(2)) {
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "m" -> 60e9;
            default -> 1e9;
        };
        return Duration.ofNanos(Math.round(Double.parseDouble(matcher.group(1)) * unit));
    }

    /** Every answer takes the same time. */
    record Fixed(Duration time) implements Latency {
        public Fixed {
            requireNotNegative(time);
        }

        @Override
        public long nanos(long draw) {
            return time.toNanos();
        }

        @Override
        public String toString() {
            return time.toNanos() / 1e6 + "ms";
        }
    }

    /** Heavy-tailed times, as for answers of very different lengths: {@code median * e^(sigma * normal)}. */
    record Lognormal(Duration median, double sigma) implements Latency {
        private static final double UNIT = 0x1p-32;

        public Lognormal {
            requireNotNegative(median);
            if (!(sigma >= 0)) {
                throw new IllegalArgumentException("sigma must not be negative");
            }
        }

        /** Applies the Box-Muller transform to the two halves of the draw. */
        @Override
        public long nanos(long draw) {
            double u = ((draw >>> 32) + 1) * UNIT;
            double v = (draw & 0xffffffffL) * UNIT;
            double normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
            return Math.round(median.toNanos() * Math.exp(sigma * normal));
        }

        @Override
        public String toString() {
            return "lognormal:" + median.toNanos() / 1e6 + "ms:" + sigma;
        }
    }

    private static void requireNotNegative(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("a latency must not be negative");
        }
    }
}
