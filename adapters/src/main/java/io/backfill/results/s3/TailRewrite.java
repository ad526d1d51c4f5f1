package io.backfill.results.s3;

import io.backfill.files.ClosedTogether;
import io.backfill.files.s3.ObjectWriter;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultKind;
import io.backfill.results.Segment;
import io.backfill.results.SegmentTail;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Rewrites tails as segments. Several tails are read ahead concurrently. Uses memory for two parts of an upload and for the tails read
 * ahead, about {@link #AHEAD_BYTES}; a larger tail is copied through a buffer.
 */
final class TailRewrite {
    private static final int TAILS_AHEAD = 16;
    private static final long AHEAD_BYTES = 8 << 20;
    private static final int COPY_BUFFER_BYTES = 64 << 10;

    private final LogObjects objects;
    private final Executor threads;

    TailRewrite(LogObjects objects, Executor threads) {
        this.objects = objects;
        this.threads = threads;
    }

    /**
     * The result of a rewrite.
     *
     * @param segments the segments written, with their lengths; none is empty
     */
    record Rewritten(List<Segment> segments, BitSet lines, LogTotals totals) {}

    /** Rewrites acknowledged tails of one open log. They contain no line twice, so they are copied without being parsed. */
    List<Segment> whole(List<Tail> tails, long epoch, int sequence) throws IOException {
        try (Segments segments = new Segments(epoch, sequence)) {
            readEach(
                    tails,
                    (tail, bytes) -> {
                        if (bytes.length != tail.bytes()) {
                            throw new IOException("the log is damaged: tail " + tail.name() + " has " + bytes.length
                                    + " bytes instead of " + tail.bytes());
                        }
                        segments.add(tail.kind(), bytes, 0, bytes.length);
                    },
                    tail -> segments.add(tail));
            return segments.complete();
        }
    }

    /**
     * Rewrites all tails that exist, with each line once. A write that was reported as failed may have succeeded, and its lines may
     * have been written again later. Of several copies of a line only the last can have been acknowledged, so the last one is kept.
     *
     * @throws java.nio.file.NoSuchFileException when a tail no longer exists because its owner, still alive, recorded a checkpoint
     */
    Rewritten once(List<Tail> tails, long epoch, int sequence) throws IOException {
        try (Segments segments = new Segments(epoch, sequence)) {
            EachLineOnce taken = new EachLineOnce(segments);
            readEach(tails.stream().sorted(Tail.ORDER.reversed()).toList(), taken::take, taken::takeLarge);
            return new Rewritten(segments.complete(), taken.lines, taken.totals);
        }
    }

    private static final class EachLineOnce {
        private final Segments segments;
        private final BitSet lines = new BitSet();
        private LogTotals totals = LogTotals.NONE;

        EachLineOnce(Segments segments) {
            this.segments = segments;
        }

        void take(Tail tail, byte[] bytes) throws IOException {
            SegmentTail all = read(tail, bytes, 0, bytes.length);
            if (!all.lines().intersects(lines)) {
                take(tail, bytes, 0, bytes.length, all);
                return;
            }
            for (int start = 0; start < bytes.length; ) {
                int end = endOfLine(bytes, start);
                SegmentTail line = read(tail, bytes, start, end - start);
                if (!line.lines().intersects(lines)) {
                    take(tail, bytes, start, end - start, line);
                }
                start = end;
            }
        }

        /** Reads the tail twice instead of holding it in memory: once to find out which lines it contains, and once to copy it. */
        void takeLarge(Tail tail) throws IOException {
            SegmentTail all;
            try (InputStream in = segments.open(tail)) {
                all = whole(tail, SegmentTail.read(in, tail.kind()), tail.bytes());
            }
            if (!all.lines().intersects(lines)) {
                segments.add(tail);
                lines.or(all.lines());
                totals = totals.plus(all.totals());
            } else if (all.lines().cardinality() > 1) {
                // an older version wrote large lines together with other lines
                take(tail, segments.bytes(tail));
            }
        }

        private static SegmentTail read(Tail tail, byte[] bytes, int start, int length) throws IOException {
            return whole(tail, SegmentTail.read(new ByteArrayInputStream(bytes, start, length), tail.kind()), length);
        }

        private static SegmentTail whole(Tail tail, SegmentTail read, long length) throws IOException {
            boolean twice = read.lines().cardinality()
                    != read.totals().completed() + read.totals().failed();
            if (read.bytes() != length || twice) {
                throw new IOException("the log is damaged: tail " + tail.name() + " does not hold whole result lines");
            }
            return read;
        }

        private static int endOfLine(byte[] bytes, int start) {
            int end = start;
            while (bytes[end] != '\n') {
                end++;
            }
            return end + 1;
        }

        private void take(Tail tail, byte[] bytes, int start, int length, SegmentTail found) throws IOException {
            segments.add(tail.kind(), bytes, start, length);
            lines.or(found.lines());
            totals = totals.plus(found.totals());
        }
    }

    /** The segments being written, at most one per kind. */
    private final class Segments implements AutoCloseable {
        private final long epoch;
        private final int sequence;
        private final Map<ResultKind, ObjectWriter> writers = new EnumMap<>(ResultKind.class);

        Segments(long epoch, int sequence) {
            this.epoch = epoch;
            this.sequence = sequence;
        }

        void add(ResultKind kind, byte[] bytes, int start, int length) throws IOException {
            writer(kind).write(bytes, start, length);
        }

        /** Copies a whole tail that is not in memory. */
        void add(Tail tail) throws IOException {
            ObjectWriter writer = writer(tail.kind());
            byte[] buffer = new byte[COPY_BUFFER_BYTES];
            try (InputStream in = open(tail)) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    writer.write(buffer, 0, read);
                }
            }
        }

        InputStream open(Tail tail) {
            return objects.stream(tail);
        }

        byte[] bytes(Tail tail) throws IOException {
            return objects.get(tail);
        }

        private ObjectWriter writer(ResultKind kind) {
            return writers.computeIfAbsent(kind, absent -> objects.create(new Segment(epoch, sequence, absent, 0)));
        }

        List<Segment> complete() throws IOException {
            List<Segment> segments = new ArrayList<>();
            for (Map.Entry<ResultKind, ObjectWriter> writer : writers.entrySet()) {
                long size = writer.getValue().complete();
                segments.add(new Segment(epoch, sequence, writer.getKey(), size));
            }
            return segments;
        }

        @Override
        public void close() throws IOException {
            new ClosedTogether(writers.values()).close();
        }
    }

    @FunctionalInterface
    private interface TailReader {
        void read(Tail tail, byte[] bytes) throws IOException;
    }

    @FunctionalInterface
    private interface LargeTailReader {
        void read(Tail tail) throws IOException;
    }

    /**
     * A tail to be read next.
     *
     * @param bytes empty if the tail is too large to be read ahead
     */
    private record Coming(Tail tail, Optional<CompletableFuture<byte[]>> bytes) {
        long aheadBytes() {
            return bytes.isPresent() ? tail.bytes() : 0;
        }
    }

    private void readEach(List<Tail> tails, TailReader reader, LargeTailReader largeReader) throws IOException {
        Iterator<Tail> left = tails.iterator();
        Deque<Coming> ahead = new ArrayDeque<>();
        long aheadBytes = 0;
        while (left.hasNext() || !ahead.isEmpty()) {
            while (left.hasNext() && ahead.size() < TAILS_AHEAD && (aheadBytes < AHEAD_BYTES || ahead.isEmpty())) {
                Tail tail = left.next();
                Coming coming =
                        new Coming(tail, tail.bytes() > AHEAD_BYTES ? Optional.empty() : Optional.of(begin(tail)));
                ahead.add(coming);
                aheadBytes += coming.aheadBytes();
            }
            Coming first = ahead.remove();
            aheadBytes -= first.aheadBytes();
            if (first.bytes().isPresent()) {
                reader.read(first.tail(), bytes(first.bytes().get()));
            } else {
                largeReader.read(first.tail());
            }
        }
    }

    private CompletableFuture<byte[]> begin(Tail tail) throws IOException {
        try {
            return CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return objects.get(tail);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    threads);
        } catch (RejectedExecutionException e) {
            throw new IOException("the process is shutting down", e);
        }
    }

    private static byte[] bytes(CompletableFuture<byte[]> coming) throws IOException {
        try {
            return coming.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException failed) {
                throw failed.getCause();
            }
            throw e;
        }
    }
}
