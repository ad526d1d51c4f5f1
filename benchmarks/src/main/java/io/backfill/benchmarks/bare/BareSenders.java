package io.backfill.benchmarks.bare;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Virtual threads, each of which repeatedly takes a body, sends it and reads the whole answer. */
final class BareSenders implements AutoCloseable {
    private final List<BareSender> senders = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Creates {@code count} senders of a library, or one that all threads share. */
    BareSenders(BareSender.Library library, URI server, String path, int count) throws IOException {
        BareSender shared = library.sender(server, path, count);
        senders.add(shared);
        while (senders.size() < count) {
            senders.add(library == BareSender.Library.HTTPCLIENT ? shared : library.sender(server, path, count));
        }
    }

    /** Sends each body once. Returns after the last answer. */
    void sendAll(List<byte[]> bodies) throws IOException {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> ends = new ArrayList<>();
        for (BareSender sender : senders) {
            ends.add(threads.submit(() -> {
                for (int i = next.getAndIncrement(); i < bodies.size(); i = next.getAndIncrement()) {
                    sender.send(bodies.get(i), i);
                }
                return sender;
            }));
        }
        for (Future<?> end : ends) {
            try {
                end.get();
            } catch (ExecutionException failed) {
                throw new IOException("a call failed: " + failed.getCause(), failed.getCause());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", interrupted);
            }
        }
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        for (BareSender sender : senders) {
            sender.close();
        }
    }
}
