package io.backfill.simulator.engine;

/** A 64-bit finalizer that turns counters and hashes into uniformly distributed bits. */
public final class Mixing {
    private Mixing() {}

    public static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Maps 64 bits to a number in [0, 1). */
    public static double unit(long bits) {
        return (bits >>> 11) * 0x1p-53;
    }
}
