package io.backfill.benchmarks.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.jspecify.annotations.Nullable;

/** The blobs of an S3 server. On demand every third operation on them fails, which the server reports as an internal error. */
final class FlakyBlobs implements InvocationHandler {
    private static final int WHICH = 3;

    /** Operations that a request performs only once. A request with three operations that can fail could never succeed. */
    private static final Set<String> ONE_A_REQUEST =
            Set.of("putBlob", "getBlob", "removeBlob", "copyBlob", "uploadMultipartPart", "list");

    private final BlobStore blobs;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private volatile boolean fail;

    FlakyBlobs(BlobStore blobs) {
        this.blobs = blobs;
    }

    /** Returns the store in the form that the server requires. */
    BlobStore store() {
        return (BlobStore)
                Proxy.newProxyInstance(FlakyBlobs.class.getClassLoader(), new Class<?>[] {BlobStore.class}, this);
    }

    void fail(boolean now) {
        fail = now;
    }

    int failed() {
        return failed.get();
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (fail && ONE_A_REQUEST.contains(method.getName()) && calls.incrementAndGet() % WHICH == 0) {
            failed.incrementAndGet();
            // the server reports other exceptions as errors of the client
            throw new UncheckedIOException(new IOException("injected failure"));
        }
        try {
            return method.invoke(blobs, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
