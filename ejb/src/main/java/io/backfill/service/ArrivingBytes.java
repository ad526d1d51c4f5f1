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
    private final ErrorCode overflowCode;
    private final String overflowMessage;
    private long size = -1;
    private boolean taken;

    private ArrivingBytes(FileStore store, String key, long maxBytes, ErrorCode overflowCode, String overflowMessage) {
        this.store = store;
        this.key = key;
        this.maxBytes = maxBytes;
        this.overflowCode = overflowCode;
        this.overflowMessage = overflowMessage;
    }

    /** Bytes that may be up to {@code maxBytes}; more are refused as {@code TOO_LARGE}. */
    static ArrivingBytes atMost(long maxBytes, FileStore store, String key) {
        return new ArrivingBytes(store, key, maxBytes, ErrorCode.TOO_LARGE, FileRules.TOO_LARGE);
    }

    /** Bytes that may be up to {@code maxBytes} because the tenant's quota leaves no more. */
    static ArrivingBytes withinQuota(long maxBytes, FileStore store, String key, String refusal) {
        return new ArrivingBytes(store, key, maxBytes, ErrorCode.STORAGE_QUOTA_EXCEEDED, refusal);
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
            throw overflowCode == ErrorCode.TOO_LARGE
                    ? new BackfillException(overflowCode, overflowMessage, FileRules.FILE)
                    : new BackfillException(overflowCode, overflowMessage);
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
