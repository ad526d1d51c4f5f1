package io.backfill.door;

/**
 * The part of a transfer that uses a processor: from the bytes that came, or that the client took, to the next wait for it. Only as
 * many transfers as there are processors do so at once, in slices. For the transfer's thread.
 */
public final class MovingBytes {
    private static final int SLICE = 256 * 1024;

    private final FrontDoor door;
    private boolean held;
    private long slice;

    public MovingBytes(FrontDoor door) {
        this.door = door;
    }

    /** Bytes have moved, and are about to be worked on. */
    public void moved(long bytes) {
        slice += bytes;
        if (held && slice >= SLICE) {
            pause();
        }
        if (!held) {
            held = door.beginMoving();
        }
    }

    /** Waits for the client, or is at its end. */
    public void pause() {
        slice = 0;
        if (held) {
            held = false;
            door.endMoving();
        }
    }
}
