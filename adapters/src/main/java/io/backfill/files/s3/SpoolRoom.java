package io.backfill.files.s3;

import io.backfill.files.StorageFullException;
import io.backfill.files.directory.FreeSpaceFloor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Accounts for the disk space of local copies. Space is reserved before a copy starts, because a pod whose volume overflows is
 * evicted. Thread-safe.
 */
final class SpoolRoom {
    private final long most;
    private final FreeSpaceFloor floor;
    private final AtomicLong taken = new AtomicLong();

    /**
     * Creates an account with no space taken.
     *
     * @param most limit in bytes for all copies together, or 0 for no limit
     * @param floor the part of the disk that must stay free
     */
    SpoolRoom(long most, FreeSpaceFloor floor) {
        this.most = most;
        this.floor = floor;
    }

    /** Reserves {@code bytes} until they are given back. Returns false, and reserves nothing, if there is not enough room. */
    boolean tryTake(long bytes) {
        if (!fits(bytes)) {
            return false;
        }
        if (taken.addAndGet(bytes) > most && most > 0) {
            // another thread took the room first
            giveBack(bytes);
            return false;
        }
        return true;
    }

    private boolean fits(long bytes) {
        try {
            floor.require(bytes);
            return most == 0 || bytes <= most - taken.get();
        } catch (StorageFullException full) {
            return false;
        }
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
