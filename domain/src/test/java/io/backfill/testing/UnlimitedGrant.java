package io.backfill.testing;

import io.backfill.admission.ByteGrant;

/** Any number of bytes, for calls without a budget. */
record UnlimitedGrant() implements ByteGrant {
    @Override
    public boolean tryGrow(long bytes) {
        return true;
    }

    @Override
    public void shrinkTo(long bytes) {
        // an unlimited grant has no size
    }

    @Override
    public long bytes() {
        return Long.MAX_VALUE;
    }
}
