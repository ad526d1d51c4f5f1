package io.backfill.files;

import java.io.Closeable;
import java.io.IOException;
import java.util.Collection;
import java.util.Iterator;

/** Closes all parts, even if some of them fail. The first failure is thrown, and the others are suppressed. */
public record ClosedTogether(Collection<? extends Closeable> parts) implements Closeable {
    @Override
    public void close() throws IOException {
        close(parts.iterator());
    }

    private static void close(Iterator<? extends Closeable> left) throws IOException {
        if (left.hasNext()) {
            try (Closeable _ = left.next()) {
                close(left);
            }
        }
    }
}
