package io.backfill.api.http;

import io.backfill.door.DoorConfig;
import io.backfill.door.FrontDoor;
import io.backfill.door.MovingBytes;
import io.backfill.door.TenantSeats.Seat;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.TenantId;
import jakarta.servlet.ServletRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How one request may wait for its client. A thread waits only with a seat of the front door, never longer than the idle time-out at
 * once, and not for a client below the minimum rate. Only the time of waiting counts: a slow store is not the client's fault. A
 * server's own transport asks here; a server that does not ask has its own time-outs.
 *
 * <p>Used by the request's thread, and after the answer by an I/O thread.
 */
public final class ClientWait {
    private static final String ATTRIBUTE = ClientWait.class.getName();

    private final FrontDoor door;
    private final Duration drainTime;
    private final long drainBytes;
    private @Nullable TenantId tenant;
    private final MovingBytes moving;
    private @Nullable Seat transfer;
    private @Nullable Seat passing;
    private long idleNanos;
    private long waitedNanos;
    private long bytes;
    private boolean unwanted;
    private volatile boolean over;

    ClientWait(FrontDoor door, Duration drainTime, long drainBytes) {
        this.door = door;
        this.moving = new MovingBytes(door);
        this.drainTime = drainTime;
        this.drainBytes = drainBytes;
    }

    /** The one of a request that has reached the application; null before. */
    public static @Nullable ClientWait of(ServletRequest request) {
        return (ClientWait) request.getAttribute(ATTRIBUTE);
    }

    void attach(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    void authenticated(TenantId asTenant) {
        tenant = asTenant;
    }

    /**
     * Takes the seat of a request that will carry many bytes, before the first of them.
     *
     * @throws ClientWaitException without a seat
     */
    void beginTransfer() throws ClientWaitException {
        try {
            transfer = seat();
        } catch (ClientWaitException refused) {
            unwanted = true;
            throw refused;
        }
    }

    /** Whether the rest of a refused body is read for long: a client that is known and was let in should come to read the answer. */
    boolean drainsLong() {
        return tenant != null && !unwanted;
    }

    private Seat seat() throws ClientWaitException {
        TenantId known = tenant;
        if (known == null) {
            throw new ClientWaitException(
                    ErrorCode.REQUEST_TIMEOUT, "no body is waited for before its sender is known");
        }
        return door.transfer(known)
                .orElseThrow(() -> new ClientWaitException(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        "Too many uploads and downloads at once. Please try again in a few seconds, with fewer at a"
                                + " time."));
    }

    /** The answer is given: nothing more is expected of the client, and its transfer's seat is free. */
    void finish() {
        over = true;
        moving.pause();
        Seat held = transfer;
        if (held != null) {
            held.close();
        }
    }

    /** Whether the application is done with the request: what still comes of its body is dropped. */
    public boolean over() {
        return over;
    }

    /** For how long the rest of the body may be read once the request is {@link #over}. */
    public Duration drainTime() {
        return drainsLong() ? drainTime : door.config().keylessDrain();
    }

    /** And how much of it. */
    public long drainBytes() {
        return drainBytes;
    }

    /**
     * A thread is about to wait. Each call is followed by {@link #waited}, whatever happens, unless it throws.
     *
     * @return for how many nanoseconds at most
     */
    public long beginWait() throws ClientWaitException {
        if (!over) {
            moving.pause();
        }
        DoorConfig config = door.config();
        long idle = config.bodyIdle().toNanos();
        boolean tooSlow = waitedNanos > idle
                && bytes < config.minBytesPerSecond() * (double) waitedNanos / TimeUnit.SECONDS.toNanos(1);
        if (idleNanos >= idle || tooSlow) {
            door.gaveUp();
            throw new ClientWaitException(
                    ErrorCode.REQUEST_TIMEOUT,
                    "The client was too slow: no byte for " + config.bodyIdle().toSeconds() + " s, or fewer than "
                            + config.minBytesPerSecond() + " bytes per second.");
        }
        if (transfer == null || over) {
            passing = seat();
        }
        return idle - idleNanos;
    }

    /** The thread has waited. */
    public void waited(long nanos) {
        idleNanos += nanos;
        waitedNanos += nanos;
        Seat held = passing;
        if (held != null) {
            held.close();
            passing = null;
        }
    }

    /** Bytes came from the client, or went to it. */
    public void moved(long count) {
        if (count > 0) {
            bytes += count;
            idleNanos = 0;
            if (transfer != null && !over) {
                moving.moved(count);
            }
        }
    }
}
