package io.backfill.api.undertow;

import io.backfill.api.http.ClientWait;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/** The response. A worker waits to send it within the limits of {@link ClientWait}. */
final class PacedResponseConduit extends AbstractStreamSinkConduit<StreamSinkConduit> {
    private final ServletRequest request;

    PacedResponseConduit(StreamSinkConduit next, ServletRequest request) {
        super(next);
        this.request = request;
    }

    private long moved(long count) {
        ClientWait wait = ClientWait.of(request);
        if (wait != null) {
            wait.moved(count);
        }
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return (int) moved(next.write(from));
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        return moved(next.write(from, offset, length));
    }

    @Override
    public int writeFinal(ByteBuffer from) throws IOException {
        return (int) moved(next.writeFinal(from));
    }

    @Override
    public long writeFinal(ByteBuffer[] from, int offset, int length) throws IOException {
        return moved(next.writeFinal(from, offset, length));
    }

    @Override
    public long transferFrom(FileChannel from, long position, long count) throws IOException {
        return moved(next.transferFrom(from, position, count));
    }

    @Override
    public long transferFrom(StreamSourceChannel from, long count, ByteBuffer throughBuffer) throws IOException {
        return moved(next.transferFrom(from, count, throughBuffer));
    }

    @Override
    public void awaitWritable() throws IOException {
        awaitWritable(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    }

    @Override
    public void awaitWritable(long time, TimeUnit unit) throws IOException {
        ClientWait wait = ClientWait.of(request);
        if (wait == null) {
            super.awaitWritable(time, unit);
            return;
        }
        long most = Math.min(unit.toNanos(time), wait.beginWait());
        long start = System.nanoTime();
        try {
            super.awaitWritable(most, TimeUnit.NANOSECONDS);
        } finally {
            wait.waited(System.nanoTime() - start);
        }
    }
}
