package io.backfill.files.s3;

import io.backfill.files.BlobPiece;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Joins objects into one, with several parts in flight. Uses memory for each part in flight that is not copied in the bucket. */
final class Joining {
    private static final int PARTS_AT_ONCE = 4;

    private final S3Objects objects;
    private final Executor threads;

    Joining(S3Objects objects, Executor threads) {
        this.objects = objects;
        this.threads = threads;
    }

    /** Joins {@code pieces} into {@code target} atomically, and returns its size. */
    long join(String target, List<BlobPiece> pieces) throws IOException {
        List<JoinPlan.Part> parts = JoinPlan.of(pieces, objects.config().partBytes());
        long size = parts.stream().mapToLong(JoinPlan.Part::length).sum();
        if (parts.isEmpty()) {
            objects.put(target, new byte[0]);
        } else if (parts.size() == 1 && !parts.getFirst().copied()) {
            objects.put(target, read(parts.getFirst()));
        } else {
            upload(target, parts, size);
        }
        return size;
    }

    private void upload(String target, List<JoinPlan.Part> parts, long size) throws IOException {
        PartUpload upload = objects.upload(target);
        boolean completed = false;
        try {
            send(upload, parts);
            upload.complete(size);
            completed = true;
        } finally {
            if (!completed) {
                abort(upload);
            }
        }
    }

    private static void abort(PartUpload upload) {
        try {
            upload.abort();
        } catch (IOException e) {
            // the original failure is being thrown; the sweep removes the parts
        }
    }

    private void send(PartUpload upload, List<JoinPlan.Part> parts) throws IOException {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
        Runnable worker = () -> {
            try {
                for (int i = next.getAndIncrement();
                        i < parts.size() && failure.get() == null;
                        i = next.getAndIncrement()) {
                    send(upload, i + 1, parts.get(i));
                }
            } catch (IOException e) {
                failure.compareAndSet(null, e);
            }
        };
        List<CompletableFuture<Void>> others = new ArrayList<>();
        try {
            for (int i = 1; i < Math.min(PARTS_AT_ONCE, parts.size()); i++) {
                others.add(CompletableFuture.runAsync(worker, threads));
            }
        } catch (RejectedExecutionException e) {
            // continue with the threads started so far and this one
        }
        try {
            worker.run();
        } finally {
            others.forEach(CompletableFuture::join);
        }
        IOException first = failure.get();
        if (first != null) {
            throw first;
        }
    }

    private void send(PartUpload upload, int number, JoinPlan.Part part) throws IOException {
        if (part.copied()) {
            JoinPlan.Slice slice = part.slices().getFirst();
            requireBytes(slice);
            upload.copy(number, slice.key(), slice.position(), slice.length());
        } else {
            byte[] bytes = read(part);
            upload.put(number, bytes, bytes.length);
        }
    }

    /** Some servers do not reject a copy of bytes that do not exist. */
    private void requireBytes(JoinPlan.Slice slice) throws IOException {
        long size = objects.find(slice.key())
                .orElseThrow(() -> new NoSuchFileException(slice.key()))
                .size();
        if (size < slice.position() + slice.length()) {
            throw ended(slice, size);
        }
    }

    private byte[] read(JoinPlan.Part part) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(part.length())];
        int filled = 0;
        for (JoinPlan.Slice slice : part.slices()) {
            int length = (int) slice.length();
            int count = objects.read(slice.key(), "", slice.position(), bytes, filled, length);
            if (count < length) {
                throw ended(slice, slice.position() + count);
            }
            filled += length;
        }
        return bytes;
    }

    private static EOFException ended(JoinPlan.Slice slice, long size) {
        return new EOFException(
                slice.key() + " ends at byte " + size + ", before byte " + (slice.position() + slice.length()));
    }
}
