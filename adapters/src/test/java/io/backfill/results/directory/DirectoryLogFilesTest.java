package io.backfill.results.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.files.directory.FileForce;
import io.backfill.files.directory.StoreFolder;
import io.backfill.results.Checkpoint;
import io.backfill.results.ResultKind;
import io.backfill.results.Segment;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what is forced to disk, and when. */
class DirectoryLogFilesTest {
    private static final Segment SEGMENT = new Segment(1, 1, ResultKind.OUTPUT, 0);

    private final List<String> forced = new ArrayList<>();

    @TempDir
    Path root;

    private LogFiles files;

    @BeforeEach
    void openFolder() throws IOException {
        FileForce watching = new FileForce() {
            @Override
            public void file(FileDescriptor file) {
                forced.add("bytes");
            }

            @Override
            public void folder(Path folder) {
                forced.add("names in " + root.relativize(folder));
            }
        };
        files = DirectoryLogFiles.open(new StoreFolder(root, watching), "batches/b/p0");
    }

    @Test
    void newFoldersShouldBeForcedFromTheTop() {
        assertThat(forced).containsExactly("names in ", "names in batches", "names in batches/b");
    }

    @Test
    void nameOfASegmentShouldBeForcedWithItsFirstBytes() throws IOException {
        forced.clear();
        try (SegmentOutput output = files.create(SEGMENT)) {
            output.write(new byte[10]);
            assertThat(forced).isEmpty();
            output.force();
            assertThat(forced).containsExactly("bytes", "names in batches/b/p0");
            output.force();
            assertThat(forced).containsExactly("bytes", "names in batches/b/p0", "bytes");
        }
    }

    @Test
    void segmentOfAnotherOwnerShouldBeForcedWithItsName() throws IOException {
        files.create(SEGMENT).close();
        forced.clear();
        files.force(SEGMENT);
        assertThat(forced).containsExactly("bytes", "names in batches/b/p0");
    }

    @Test
    void recordedCheckpointShouldBeForcedWithItsName() throws IOException {
        files.record(Checkpoint.NONE);
        forced.clear();
        files.record(Checkpoint.NONE);
        assertThat(forced).containsExactly("bytes", "names in batches/b/p0");
        assertThat(files.names()).containsExactly(Checkpoint.name(0));
    }

    @Test
    void segmentShouldBeCreatedOnceAndReadFromAnywhere() throws IOException {
        try (SegmentOutput output = files.create(SEGMENT)) {
            output.write("0123456789".getBytes(StandardCharsets.US_ASCII));
        }
        assertThatThrownBy(() -> files.create(SEGMENT)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(files.size(SEGMENT)).isEqualTo(10);
        assertThat(files.size(new Segment(1, 2, ResultKind.OUTPUT, 0))).isZero();
        try (InputStream in = files.read(SEGMENT, 7)) {
            assertThat(in.readAllBytes()).asString(StandardCharsets.US_ASCII).isEqualTo("789");
        }
    }
}
