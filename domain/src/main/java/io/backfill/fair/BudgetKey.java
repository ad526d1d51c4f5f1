package io.backfill.fair;

import io.backfill.tenants.TenantId;

/** Identifies one budget of one tenant at one model. */
public record BudgetKey(String model, TenantId tenant, Kind kind) {
    /** What a budget counts. */
    public enum Kind {
        /**
         * A call is admitted while any tokens are left, and may overdraw them: its cost is an estimate until its answer arrives.
         */
        TOKENS(0),
        /** A call costs exactly one. */
        REQUESTS(1);

        private final int least;

        Kind(int least) {
            this.least = least;
        }

        /** Returns whether a call may be admitted when {@code left} is available. */
        public boolean allows(double left) {
            return least > 0 ? left >= least : left > 0;
        }

        /**
         * Returns the most that accumulates while nothing is spent: one second's worth, so that no minute has much more than its
         * budget. A budget of requests holds at least one whole request and half a second's worth, or what is added between two
         * checks would be lost.
         */
        public double capacity(long perMinute) {
            double ofASecond = perMinute / 60.0;
            return least > 0 ? Math.max(ofASecond, least + ofASecond / 2) : ofASecond;
        }

        /**
         * Returns how much of {@code amount} is usable. Only whole requests are; with fractions, every node would save up for one
         * of its own.
         */
        public double usable(double amount) {
            return least > 0 ? Math.floor(amount) : amount;
        }
    }
}
