package io.backfill.door;

/**
 * The part of a transfer that uses a processor: from the arrival of bytes, or their acceptance by the client, to the next wait for
 * the client. Only as many transfers as there are processors are in it at once, in slices. For the transfer's thread.
 */
public final class MovingBytes {
    private static final int SLICE = 256 * 1024;

    private final FrontDoor door;
    private boolean held;
    private long slice;

    public MovingBytes(FrontDoor door) {
        this.door = door;
    }

    /** Records bytes that have moved and are about to be processed. */
    public void moved(long bytes) {
        slice += bytes;
        if (held && slice >= SLICE) {
            pause();
        }
        if (!held) {
            held = door.beginMoving();
        }
    }

    /** Releases the processor, because the transfer waits for its client or has ended. */
    public void pause() {
        slice = 0;
        if (held) {
            held = false;
            door.endMoving();
        }
    }
}
