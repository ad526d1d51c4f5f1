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
 * Controls how long one request may wait for its client. A thread waits only while it holds a seat of the front door, for at most
 * the idle time-out without a byte, and only while the client keeps the minimum rate. Only time spent waiting counts: a slow store
 * is not charged to the client. The server's transport calls this class where it is integrated; other servers apply their own
 * time-outs.
 *
 * <p>Used by the request's thread and, after the response, by an I/O thread.
 */
public final class ClientWait {
    private static final String ATTRIBUTE = ClientWait.class.getName();

    private final FrontDoor door;
    private final Duration drainTime;
    private final long drainBytes;
    private @Nullable TenantId tenant;
    private boolean anyone;
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

    /** Returns the instance of a request, or null before the request has reached the application. */
    public static @Nullable ClientWait of(ServletRequest request) {
        return (ClientWait) request.getAttribute(ATTRIBUTE);
    }

    void attach(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    void authenticated(TenantId asTenant) {
        tenant = asTenant;
    }

    /** Allows waits without a key, which have few seats of their own: the request is for a public page. */
    void answersAnyone() {
        anyone = true;
    }

    /**
     * Acquires the seat of a request that will carry many bytes, before its first byte.
     *
     * @throws ClientWaitException if no seat is free
     */
    void beginTransfer() throws ClientWaitException {
        try {
            transfer = seat();
        } catch (ClientWaitException refused) {
            unwanted = true;
            throw refused;
        }
    }

    /**
     * Returns whether the rest of a rejected body is drained for the long time. This lets a client that was authenticated and
     * admitted finish sending, so that it reads the response.
     */
    boolean drainsLong() {
        return tenant != null && !unwanted;
    }

    private Seat seat() throws ClientWaitException {
        TenantId known = tenant;
        if (known == null && anyone) {
            return door.publicPage().orElseThrow(ClientWait::tooManyTransfers);
        }
        if (known == null) {
            throw new ClientWaitException(
                    ErrorCode.REQUEST_TIMEOUT, "cannot wait for the body of a request that is not authenticated");
        }
        return door.transfer(known).orElseThrow(ClientWait::tooManyTransfers);
    }

    private static ClientWaitException tooManyTransfers() {
        return new ClientWaitException(
                ErrorCode.RATE_LIMIT_EXCEEDED,
                "Too many uploads and downloads at once. Please try again in a few seconds, with fewer at a time.");
    }

    /** Marks the request as answered: nothing more is expected of the client. Releases the seat of its transfer. */
    void finish() {
        over = true;
        moving.pause();
        Seat held = transfer;
        if (held != null) {
            held.close();
        }
    }

    /** Returns whether the application has finished the request. What still arrives of the body is dropped. */
    public boolean over() {
        return over;
    }

    /** Returns how long the rest of the body may be read once the request is {@link #over}. */
    public Duration drainTime() {
        return drainsLong() ? drainTime : door.config().keylessDrain();
    }

    /** Returns how many bytes of the rest may be read. */
    public long drainBytes() {
        return drainBytes;
    }

    /**
     * Called before a thread waits. Each call that returns normally must be followed by one call of {@link #waited}.
     *
     * @return the maximum wait in nanoseconds
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

    /** Called after a thread has waited. */
    public void waited(long nanos) {
        idleNanos += nanos;
        waitedNanos += nanos;
        Seat held = passing;
        if (held != null) {
            held.close();
            passing = null;
        }
    }

    /** Records bytes received from or sent to the client. */
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
