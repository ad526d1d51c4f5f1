package io.backfill.api.undertow;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.RequestBufferingHandler;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.xnio.IoUtils;

/**
 * Collects a small body on the I/O thread, so that no worker waits for it: clients often send a JSON body in a separate packet
 * after the headers. The wait is bounded in time and the number of requests is limited; beyond these limits a worker waits, and
 * needs a seat.
 */
final class SmallBodies implements HttpHandler {
    private static final int MOST_BYTES = 64 * 1024;
    private static final int BUFFERS = 4;
    private static final int MOST_AT_ONCE = 512;
    private static final int PATIENCE_SECONDS = 15;

    private static final AttachmentKey<Boolean> COLLECTED = AttachmentKey.create(Boolean.class);

    private final HttpHandler next;
    private final HttpHandler buffering;
    private final AtomicInteger waiting = new AtomicInteger();

    SmallBodies(HttpHandler next) {
        this.next = next;
        this.buffering = new RequestBufferingHandler(this::collected, BUFFERS);
    }

    /** Returns whether the whole body has arrived. */
    static boolean isCollected(HttpServerExchange exchange) {
        return exchange.getAttachment(COLLECTED) != null;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        long length = exchange.getRequestContentLength();
        boolean small = length > 0
                && length <= MOST_BYTES
                && !exchange.isRequestComplete()
                && !exchange.getRequestHeaders().contains(Headers.EXPECT);
        if (!small || waiting.get() >= MOST_AT_ONCE) {
            next.handleRequest(exchange);
            return;
        }
        waiting.incrementAndGet();
        exchange.addExchangeCompleteListener((ended, more) -> {
            waiting.decrementAndGet();
            more.proceed();
        });
        exchange.getIoThread()
                .executeAfter(
                        () -> {
                            if (!isCollected(exchange)) {
                                IoUtils.safeClose(exchange.getConnection());
                            }
                        },
                        PATIENCE_SECONDS,
                        TimeUnit.SECONDS);
        buffering.handleRequest(exchange);
    }

    private void collected(HttpServerExchange exchange) throws Exception {
        exchange.putAttachment(COLLECTED, true);
        next.handleRequest(exchange);
    }
}
