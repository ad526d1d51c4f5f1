package io.backfill.results.directory;

import io.backfill.results.Checkpoint;
import io.backfill.results.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The files of one partition's log. Every failure is an {@link IOException}; no method retries. */
interface LogFiles {
    /** Names of all files there, in no order. */
    List<String> names() throws IOException;

    /** The checkpoint that {@code epoch} recorded. */
    Checkpoint checkpoint(long epoch) throws IOException;

    /** Replaces the checkpoint of its epoch: on disk when this returns, and never half there. */
    void record(Checkpoint checkpoint) throws IOException;

    /** The bytes of {@code segment} from {@code position} to wherever it ends. */
    InputStream read(Segment segment, long position) throws IOException;

    /** How many bytes are in {@code segment}; 0 when it is not there. */
    long size(Segment segment) throws IOException;

    /** Forces a segment that another owner wrote. */
    void force(Segment segment) throws IOException;

    /** Creates {@code segment}, which nobody else may have done. */
    SegmentOutput create(Segment segment) throws IOException;
}
