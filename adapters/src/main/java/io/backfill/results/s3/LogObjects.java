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

/** The objects of one partition's log. */
final class LogObjects {
    private static final int LOOKS = 10;

    private final S3Objects objects;
    private final String folder;

    LogObjects(S3Objects objects, String folder) {
        this.objects = objects;
        this.folder = folder + "/";
    }

    /** What is there, in no order. */
    record Listing(List<Segment> segments, List<Tail> tails, List<RecordName> records) {
        /** The highest number that {@code epoch} used for anything that can be seen, 0 for none. */
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
     * Tails before checkpoints, for a listing takes a while: a tail that an owner deleted before it was listed is one that a
     * checkpoint has decided about, and that checkpoint, or a newer one, is there when checkpoints are listed.
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

    /** The newest recorded checkpoint; whoever records a newer one deletes it, so that it may take another look. */
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
        throw new IOException("the checkpoints change faster than they can be read", gone);
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

    /** A tail of one line, which is not in memory. */
    void put(Tail tail, LineContent line) throws IOException {
        objects.put(folder + tail.name(), line.length(), line::open);
    }

    /** The bytes of a tail as they come. */
    InputStream stream(Tail tail) {
        return objects.stream(folder + tail.name(), tail.bytes());
    }

    byte[] get(Tail tail) throws IOException {
        return objects.get(folder + tail.name());
    }

    /** How many bytes {@code segment} has; 0 when it is not there. */
    long size(Segment segment) throws IOException {
        return objects.find(folder + segment.name()).map(S3Objects.Entry::size).orElse(0L);
    }

    ObjectWriter create(Segment segment) {
        return new ObjectWriter(objects, folder + segment.name());
    }

    /** Removes what a recorded checkpoint has decided about. What stays is garbage, which the next owner removes. */
    void deleteDecided(Stream<Tail> tails, Stream<RecordName> records) {
        List<String> keys = Stream.concat(tails.map(Tail::name), records.map(RecordName::name))
                .map(name -> folder + name)
                .toList();
        try {
            objects.delete(keys);
        } catch (IOException e) {
            // nothing depends on it
        }
    }
}
