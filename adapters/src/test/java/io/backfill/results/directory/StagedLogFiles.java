package io.backfill.results.directory;

import io.backfill.results.Checkpoint;
import io.backfill.results.Segment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;

/** Real files whose write operations a test can observe, stop, or let fail. */
final class StagedLogFiles implements LogFiles {
    enum Operation {
        CREATE,
        WRITE,
        FORCE,
        RECORD
    }

    /** What happens at an operation. */
    interface Stage {
        /** Runs before an operation. If it throws, the operation fails with that exception and has no effect. */
        default void before(Operation operation) throws IOException {}

        /** Runs in the middle of a line. If it throws, half a line remains. */
        default void halfWritten() throws IOException {}

        /** Runs after an operation. If it throws, the operation fails although it has taken effect. */
        default void after(Operation operation) throws IOException {}

        /** Called when this many bytes of a segment are on disk. */
        default void forced(Segment segment, long bytes) {}
    }

    private final LogFiles real;
    private final Stage stage;

    StagedLogFiles(LogFiles real, Stage stage) {
        this.real = real;
        this.stage = stage;
    }

    @Override
    public List<String> names() throws IOException {
        return real.names();
    }

    @Override
    public Checkpoint checkpoint(long epoch) throws IOException {
        return real.checkpoint(epoch);
    }

    @Override
    public InputStream read(Segment segment, long position) throws IOException {
        return real.read(segment, position);
    }

    @Override
    public long size(Segment segment) throws IOException {
        return real.size(segment);
    }

    @Override
    public void record(Checkpoint checkpoint) throws IOException {
        stage.before(Operation.RECORD);
        real.record(checkpoint);
        stage.after(Operation.RECORD);
    }

    @Override
    public void force(Segment segment) throws IOException {
        stage.before(Operation.FORCE);
        long bytes = real.size(segment);
        real.force(segment);
        stage.forced(segment, bytes);
        stage.after(Operation.FORCE);
    }

    @Override
    public SegmentOutput create(Segment segment) throws IOException {
        stage.before(Operation.CREATE);
        SegmentOutput output = new Output(segment, real.create(segment));
        stage.after(Operation.CREATE);
        return output;
    }

    private final class Output implements SegmentOutput {
        private final Segment segment;
        private final SegmentOutput output;

        Output(Segment segment, SegmentOutput output) {
            this.segment = segment;
            this.output = output;
        }

        @Override
        public void write(byte[] line) throws IOException {
            stage.before(Operation.WRITE);
            output.write(Arrays.copyOf(line, line.length / 2));
            stage.halfWritten();
            output.write(Arrays.copyOfRange(line, line.length / 2, line.length));
            stage.after(Operation.WRITE);
        }

        @Override
        public void write(InputStream line, long length) throws IOException {
            stage.before(Operation.WRITE);
            byte[] half = line.readNBytes((int) (length / 2));
            output.write(new ByteArrayInputStream(half), half.length);
            stage.halfWritten();
            output.write(line, length - half.length);
            stage.after(Operation.WRITE);
        }

        @Override
        public void force() throws IOException {
            stage.before(Operation.FORCE);
            long bytes = real.size(segment);
            output.force();
            stage.forced(segment, bytes);
            stage.after(Operation.FORCE);
        }

        @Override
        public void close() throws IOException {
            output.close();
        }
    }
}
