package io.backfill.api.undertow;

import io.backfill.api.http.ClientWait;
import io.undertow.server.HttpServerExchange;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The request body. A worker waits for it within the limits of {@link ClientWait}. Once the response is sent, a worker consumes
 * what has arrived and leaves the rest to the I/O thread, which reads and drops it within bounds: a client that is still sending
 * when its connection closes reports a network failure and retries.
 */
final class PacedRequestConduit extends AbstractStreamSourceConduit<StreamSourceConduit> {
    /** Maximum number of bytes dropped at once, so that other connections of the thread are served in between. */
    private static final int BURST = 256 * 1024;

    private final HttpServerExchange exchange;
    private final ServletRequest request;
    private volatile boolean leftToIoThread;
    private int burst;
    private long dropped;

    PacedRequestConduit(StreamSourceConduit next, HttpServerExchange exchange, ServletRequest request) {
        super(next);
        this.exchange = exchange;
        this.request = request;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        ClientWait wait = ClientWait.of(request);
        if (wait != null && wait.over()) {
            return drop(into, wait);
        }
        int read = next.read(into);
        if (wait != null) {
            wait.moved(read);
        }
        return read;
    }

    private int drop(ByteBuffer into, ClientWait wait) throws IOException {
        boolean worker = Thread.currentThread() != exchange.getIoThread();
        if (worker && leftToIoThread) {
            return 0;
        }
        if (burst >= BURST) {
            burst = 0;
            return worker ? -1 : 0;
        }
        int read = next.read(into);
        if (read <= 0) {
            // the worker treats this as the end of the body
            return worker ? -1 : read;
        }
        burst += read;
        dropped += read;
        if (dropped > wait.drainBytes()) {
            throw new IOException("the rest of a rejected body exceeds the drain limit");
        }
        return read;
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            if (into[i].hasRemaining()) {
                return read(into[i]);
            }
        }
        return 0;
    }

    @Override
    public long transferTo(long position, long count, FileChannel target) throws IOException {
        return target.transferFrom(new ConduitReadableByteChannel(this), position, count);
    }

    @Override
    public long transferTo(long count, ByteBuffer throughBuffer, StreamSinkChannel target) throws IOException {
        return Conduits.transfer(this, count, throughBuffer, target);
    }

    @Override
    public void terminateReads() throws IOException {
        ClientWait wait = ClientWait.of(request);
        if (wait == null || !wait.over() || exchange.isRequestComplete()) {
            super.terminateReads();
            return;
        }
        if (!leftToIoThread) {
            burst = 0;
            leftToIoThread = true;
            exchange.getIoThread().executeAfter(this::giveUp, wait.drainTime().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void giveUp() {
        if (!exchange.isRequestComplete()) {
            IoUtils.safeClose(exchange.getConnection());
        }
    }

    @Override
    public void awaitReadable() throws IOException {
        awaitReadable(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    }

    @Override
    public void awaitReadable(long time, TimeUnit unit) throws IOException {
        ClientWait wait = ClientWait.of(request);
        if (wait == null) {
            super.awaitReadable(time, unit);
            return;
        }
        long most = Math.min(unit.toNanos(time), wait.beginWait());
        long start = System.nanoTime();
        try {
            super.awaitReadable(most, TimeUnit.NANOSECONDS);
        } finally {
            wait.waited(System.nanoTime() - start);
        }
    }
}
