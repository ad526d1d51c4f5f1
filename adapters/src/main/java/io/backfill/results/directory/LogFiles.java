package io.backfill.results.directory;

import io.backfill.results.Checkpoint;
import io.backfill.results.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The files of one partition's log. Every failure is thrown as an {@link IOException}; no method retries. */
interface LogFiles {
    /** Returns the names of all files in the folder, in no particular order. */
    List<String> names() throws IOException;

    /** Reads the checkpoint that {@code epoch} recorded. */
    Checkpoint checkpoint(long epoch) throws IOException;

    /** Replaces the checkpoint of the same epoch atomically. It is on disk when this method returns. */
    void record(Checkpoint checkpoint) throws IOException;

    /** Returns a stream over the bytes of {@code segment} from {@code position} to the end of the file. */
    InputStream read(Segment segment, long position) throws IOException;

    /** Returns the size of the file of {@code segment} in bytes, or 0 if it does not exist. */
    long size(Segment segment) throws IOException;

    /** Forces a segment that another owner wrote. */
    void force(Segment segment) throws IOException;

    /** Creates the file of {@code segment}. Fails if it already exists. */
    SegmentOutput create(Segment segment) throws IOException;
}
