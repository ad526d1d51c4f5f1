package io.backfill.files.s3;

import io.backfill.files.StorageFullException;
import io.backfill.files.directory.Reserve;
import java.util.concurrent.atomic.AtomicLong;

/** Room for local copies, taken before a copy is begun: a volume that runs over costs the whole pod. Safe for many threads. */
final class SpoolRoom {
    private final long most;
    private final Reserve reserve;
    private final AtomicLong taken = new AtomicLong();

    /**
     * All of it is free.
     *
     * @param most bytes that all copies may have together; 0: no limit
     * @param reserve of the disk
     */
    SpoolRoom(long most, Reserve reserve) {
        this.most = most;
        this.reserve = reserve;
    }

    /** Whether there is room for so many bytes, which are then taken until they are given back. */
    boolean tryTake(long bytes) {
        if (!fits(bytes)) {
            return false;
        }
        if (taken.addAndGet(bytes) > most && most > 0) {
            // another one was faster
            giveBack(bytes);
            return false;
        }
        return true;
    }

    private boolean fits(long bytes) {
        try {
            reserve.require(bytes);
            return most == 0 || bytes <= most - taken.get();
        } catch (StorageFullException full) {
            return false;
        }
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
