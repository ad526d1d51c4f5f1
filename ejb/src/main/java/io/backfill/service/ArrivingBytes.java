package io.backfill.service;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileStore;
import io.backfill.files.StorageFullException;
import io.backfill.files.TooManyBytesException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes that are in the store, or on their way there, before the rest of the request has said what they are. Closing it removes
 * them, unless a service has taken them over; a process that dies in between leaves a blob without a record. For one thread.
 */
public final class ArrivingBytes implements AutoCloseable {
    private final FileStore store;
    private final String key;
    private final long maxBytes;
    private final Refusal tooMany;
    private long size = -1;
    private boolean taken;

    /** What a client is told that sends too many. */
    @FunctionalInterface
    interface Refusal {
        BackfillException make();
    }

    /** Bytes that may be up to {@code maxBytes}. */
    ArrivingBytes(FileStore store, String key, long maxBytes, Refusal tooMany) {
        this.store = store;
        this.key = key;
        this.maxBytes = maxBytes;
        this.tooMany = tooMany;
    }

    /**
     * Streams {@code bytes} into the store, once.
     *
     * @throws BackfillException {@code TOO_LARGE} or {@code STORAGE_QUOTA_EXCEEDED} at the first byte too many, {@code STORAGE_FULL},
     *     {@code UNAVAILABLE} when the store fails, and whatever such exception {@code bytes} itself throws; nothing is kept then
     */
    public void receive(InputStream bytes) {
        if (size >= 0) {
            throw new IllegalStateException("these bytes have arrived already");
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

    /** How many they are, once received. */
    long size() {
        return size;
    }

    /** Their owner has a record of them now: they stay. */
    void take() {
        taken = true;
    }

    /** Removes the bytes if nobody took them over. A store that fails now leaves them for the sweep of unrecorded blobs. */
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

    /** What a client is told of a store that fails. */
    static BackfillException storeFailure(IOException failure) {
        return failure instanceof StorageFullException
                ? new BackfillException(
                        ErrorCode.STORAGE_FULL,
                        "The server's file storage is full, nothing was stored. Please try again later, or ask its operator for room.",
                        failure)
                : new BackfillException(
                        ErrorCode.UNAVAILABLE,
                        "The server's file storage does not answer, please try again later.",
                        failure);
    }
}
