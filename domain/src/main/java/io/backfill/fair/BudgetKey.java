package io.backfill.fair;

import io.backfill.tenants.TenantId;

/** One budget of one tenant. */
public record BudgetKey(String model, TenantId tenant, Kind kind) {
    /** What is counted. */
    public enum Kind {
        /** A call is let through while there are any left, and may overdraw them: its cost is an estimate until the answer came. */
        TOKENS(0),
        /** A call costs exactly one. */
        REQUESTS(1);

        private final int least;

        Kind(int least) {
            this.least = least;
        }

        /** Whether a call may go when so much is left. */
        public boolean allows(double left) {
            return least > 0 ? left >= least : left > 0;
        }

        /**
         * The most that is saved up while nothing is spent: a second's worth, so that no minute has much more than its budget. Beside a whole
         * request half a second's worth, or what comes in between two looks would be lost.
         */
        public double capacity(long perMinute) {
            double ofASecond = perMinute / 60.0;
            return least > 0 ? Math.max(ofASecond, least + ofASecond / 2) : ofASecond;
        }

        /** What of {@code amount} is of use: of requests whole ones, or every node would save up for one. */
        public double usable(double amount) {
            return least > 0 ? Math.floor(amount) : amount;
        }
    }
}
