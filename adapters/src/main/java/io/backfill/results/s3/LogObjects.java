package io.backfill.results.s3;

import io.backfill.files.s3.ObjectWriter;
import io.backfill.files.s3.S3Objects;
import io.backfill.results.Checkpoint;
import io.backfill.results.LineContent;
import io.backfill.results.Segment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The S3 objects of one partition's log. */
final class LogObjects {
    private static final int LOOKS = 10;

    private final S3Objects objects;
    private final String folder;

    LogObjects(S3Objects objects, String folder) {
        this.objects = objects;
        this.folder = folder + "/";
    }

    /** The existing objects, in no particular order. */
    record Listing(List<Segment> segments, List<Tail> tails, List<RecordName> records) {
        /** Returns the highest sequence or generation that {@code epoch} used in a listed object, or 0 if there is none. */
        int lastNumber(long epoch) {
            return Stream.of(
                            segments.stream()
                                    .filter(segment -> segment.epoch() == epoch)
                                    .map(Segment::sequence),
                            tails.stream().filter(tail -> tail.epoch() == epoch).map(Tail::generation),
                            records.stream()
                                    .filter(record -> record.epoch() == epoch)
                                    .map(RecordName::sequence))
                    .flatMap(numbers -> numbers)
                    .mapToInt(Integer::intValue)
                    .max()
                    .orElse(0);
        }
    }

    /**
     * Lists segments and tails first, then checkpoints, because a listing takes time. If an owner deletes a tail before it is listed,
     * a checkpoint already covers that tail, and the later listing contains this checkpoint or a newer one.
     */
    Listing list() throws IOException {
        List<S3Objects.Entry> bytes = objects.list(folder + "e", Integer.MAX_VALUE);
        List<S3Objects.Entry> records = objects.list(folder + RecordName.START, Integer.MAX_VALUE);
        return new Listing(
                bytes.stream()
                        .flatMap(entry -> Segment.ofName(name(entry), entry.size()).stream())
                        .toList(),
                bytes.stream()
                        .flatMap(entry -> Tail.ofName(name(entry), entry.size()).stream())
                        .toList(),
                records.stream()
                        .flatMap(entry -> RecordName.ofName(name(entry)).stream())
                        .toList());
    }

    private String name(S3Objects.Entry entry) {
        return entry.key().substring(folder.length());
    }

    /**
     * Returns the newest recorded checkpoint. Lists again if the checkpoint disappears before it is read, because an owner that
     * records a newer one deletes it.
     */
    Checkpoint newest() throws IOException {
        NoSuchFileException gone = new NoSuchFileException("nothing");
        for (int look = 0; look < LOOKS; look++) {
            Optional<RecordName> newest = objects.list(folder + RecordName.START, Integer.MAX_VALUE).stream()
                    .flatMap(entry -> RecordName.ofName(name(entry)).stream())
                    .max(RecordName.ORDER);
            try {
                return newest.isPresent() ? checkpoint(newest.get()) : Checkpoint.NONE;
            } catch (NoSuchFileException e) {
                gone = e;
            }
        }
        throw new IOException("checkpoints are replaced faster than they can be read", gone);
    }

    Checkpoint checkpoint(RecordName record) throws IOException {
        return Checkpoint.read(new ByteArrayInputStream(objects.get(folder + record.name())));
    }

    void record(Checkpoint checkpoint) throws IOException {
        objects.put(folder + RecordName.of(checkpoint).name(), checkpoint.toJson());
    }

    void put(Tail tail, byte[] bytes) throws IOException {
        objects.put(folder + tail.name(), bytes);
    }

    /** Writes a tail of a single line whose bytes are not in memory. */
    void put(Tail tail, LineContent line) throws IOException {
        objects.put(folder + tail.name(), line.length(), line::open);
    }

    /** Returns a stream over the bytes of a tail. */
    InputStream stream(Tail tail) {
        return objects.stream(folder + tail.name(), tail.bytes());
    }

    byte[] get(Tail tail) throws IOException {
        return objects.get(folder + tail.name());
    }

    /** Returns the stored size of {@code segment} in bytes, or 0 if the object does not exist. */
    long size(Segment segment) throws IOException {
        return objects.find(folder + segment.name()).map(S3Objects.Entry::size).orElse(0L);
    }

    ObjectWriter create(Segment segment) {
        return new ObjectWriter(objects, folder + segment.name());
    }

    /** Deletes objects that a recorded checkpoint covers. Objects that cannot be deleted are garbage, which the next owner deletes. */
    void deleteDecided(Stream<Tail> tails, Stream<RecordName> records) {
        List<String> keys = Stream.concat(tails.map(Tail::name), records.map(RecordName::name))
                .map(name -> folder + name)
                .toList();
        try {
            objects.delete(keys);
        } catch (IOException e) {
            // correctness does not depend on the deletion
        }
    }
}
