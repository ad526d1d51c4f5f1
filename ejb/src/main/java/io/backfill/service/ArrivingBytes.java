package io.backfill.service;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileStore;
import io.backfill.files.StorageFullException;
import io.backfill.files.TooManyBytesException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes that are stored, or being stored, before the rest of the request has described them. Closing removes them unless a
 * service has taken them over; a process that dies in between leaves a blob without a record. Not thread-safe.
 */
public final class ArrivingBytes implements AutoCloseable {
    private final FileStore store;
    private final String key;
    private final long maxBytes;
    private final Refusal tooMany;
    private long size = -1;
    private boolean taken;

    /** Creates the error for a client that sends too many bytes. */
    @FunctionalInterface
    interface Refusal {
        BackfillException make();
    }

    /** Accepts at most {@code maxBytes}. */
    ArrivingBytes(FileStore store, String key, long maxBytes, Refusal tooMany) {
        this.store = store;
        this.key = key;
        this.maxBytes = maxBytes;
        this.tooMany = tooMany;
    }

    /**
     * Streams {@code bytes} into the store. May be called once.
     *
     * @throws BackfillException {@code TOO_LARGE} or {@code STORAGE_QUOTA_EXCEEDED} at the first byte beyond the limit,
     *     {@code STORAGE_FULL}, {@code UNAVAILABLE} when the store fails, and any such exception that {@code bytes} itself
     *     throws; nothing is kept then
     */
    public void receive(InputStream bytes) {
        if (size >= 0) {
            throw new IllegalStateException("the bytes have already been received");
        }
        try {
            size = store.put(key, bytes, maxBytes);
        } catch (TooManyBytesException e) {
            throw tooMany.make();
        } catch (IOException e) {
            throw storeFailure(e);
        }
    }

    public boolean received() {
        return size >= 0;
    }

    /** The number of bytes; valid once they have been received. */
    long size() {
        return size;
    }

    /** Keeps the bytes, because a record of them exists now. */
    void take() {
        taken = true;
    }

    /** Removes the bytes unless they were taken over. If the store fails now, the sweep of orphaned blobs removes them later. */
    @Override
    public void close() {
        if (size >= 0 && !taken) {
            try {
                store.delete(key);
            } catch (IOException e) {
                ServiceLog.LOG.bytesNotRemoved(key, e);
            }
        }
    }

    /** Creates the error for a store that fails. */
    static BackfillException storeFailure(IOException failure) {
        return failure instanceof StorageFullException
                ? new BackfillException(
                        ErrorCode.STORAGE_FULL,
                        "The server's file storage is full, nothing was stored. Please try again later, or ask its operator to free space.",
                        failure)
                : new BackfillException(
                        ErrorCode.UNAVAILABLE,
                        "The server's file storage does not answer, please try again later.",
                        failure);
    }
}
