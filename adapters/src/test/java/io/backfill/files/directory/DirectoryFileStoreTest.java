package io.backfill.files.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.FileStoreContract;
import io.backfill.files.StorageFullException;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryFileStoreTest implements FileStoreContract {
    @TempDir
    Path folder;

    private Path root;
    private DirectoryFileStore store;

    @BeforeEach
    void openStore() {
        root = folder.resolve("not/there/yet");
        store = new DirectoryFileStore(root);
    }

    @Override
    public FileStore testee() {
        return store;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "..",
                "files/..",
                "files/../../x",
                "./x",
                "files//x",
                "files/x/",
                "files/a b",
                "files/a\0b",
                "files/a\\b",
                "files/\u00e4",
                "tmp",
                "tmp/x"
            })
    void keysThatAreNotOfOurMakingShouldBeRefused(String key) {
        assertThatIllegalArgumentException().isThrownBy(() -> store.put(key, bytes("x"), 1));
        assertThatIllegalArgumentException().isThrownBy(() -> store.open(key));
        assertThatIllegalArgumentException().isThrownBy(() -> store.size(key));
        assertThatIllegalArgumentException().isThrownBy(() -> store.list(key, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> store.delete(key));
        assertThatIllegalArgumentException().isThrownBy(() -> store.deleteFolder(key));
        assertThatIllegalArgumentException().isThrownBy(() -> store.concatenate(key, List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.concatenate("files/x", List.of(new BlobPiece(key, 1))));
    }

    @Test
    void namesWithDotsShouldBeKeys() throws IOException {
        store.put("batches/b/plan.json", bytes("x"), 1);
        store.put("batches/b/...", bytes("x"), 1);
        assertThat(store.list("batches", 9)).containsExactly("batches/b/...", "batches/b/plan.json");
    }

    @Test
    void everythingShouldBeForcedBeforeItHasItsName() throws IOException {
        List<String> order = new ArrayList<>();
        FileForce watching = new FileForce() {
            @Override
            public void file(FileDescriptor file) throws IOException {
                order.add("bytes, blob " + (Files.exists(root.resolve("files/one")) ? "there" : "not there"));
            }

            @Override
            public void folder(Path forced) {
                order.add(root.relativize(forced).toString());
            }
        };
        Files.createDirectories(root.resolve("tmp"));
        new DirectoryFileStore(root, watching).put("files/one", bytes("x"), 1);
        assertThat(order).containsExactly("", "bytes, blob not there", "files");
    }

    @Test
    void putShouldKeepNothingWhenTheForceFails() throws IOException {
        store.put("files/one", bytes("before"), 6);
        DirectoryFileStore failing = new DirectoryFileStore(root, new FailingForce("Input/output error"));
        assertThatThrownBy(() -> failing.put("files/one", bytes("after"), 9))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("Input/output error");
        assertThatThrownBy(() -> failing.concatenate("files/two", List.of(new BlobPiece("files/one", 6))))
                .isInstanceOf(IOException.class);
        assertThat(textOf("files/one")).isEqualTo("before");
        assertThat(filesBelowRoot()).containsExactly("files/one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"No space left on device", "Disk quota exceeded"})
    void putShouldSayThatTheStoreIsFull(String message) throws IOException {
        DirectoryFileStore full = new DirectoryFileStore(root, new FailingForce(message));
        assertThatThrownBy(() -> full.put("files/one", bytes("x"), 1)).isInstanceOf(StorageFullException.class);
        assertThat(filesBelowRoot()).isEmpty();
    }

    @Test
    void theOperatingSystemsOwnMessageShouldMeanFull() {
        StoreFolder any = new StoreFolder(root, FileForce.DISK);
        assertThatThrownBy(() -> any.replace(root.resolve("x"), out -> {
                    try (InputStream zeros = bytes("0".repeat(100));
                            FileOutputStream full = new FileOutputStream("/dev/full")) {
                        zeros.transferTo(full);
                    }
                }))
                .isInstanceOf(StorageFullException.class)
                .hasMessageContaining("No space left");
    }

    @Test
    void removeLeftoversShouldRemoveWhatADeadProcessLeftAndNothingElse() throws IOException {
        store.put("files/one", bytes("x"), 1);
        Files.writeString(root.resolve("tmp/abandoned.part"), "half");
        store.removeLeftovers();
        assertThat(filesBelowRoot()).containsExactly("files/one");
    }

    @Test
    void sweepShouldRemoveWhatNobodyHasWrittenToForLong() throws IOException {
        store.put("files/one", bytes("x"), 1);
        Path abandoned = Files.writeString(root.resolve("tmp/abandoned.part"), "half");
        Files.writeString(root.resolve("tmp/young.part"), "half");
        Instant now = Instant.now();
        Files.setLastModifiedTime(abandoned, FileTime.from(now.minusSeconds(100)));

        assertThat(store.sweep(now.minusSeconds(50), true)).isEqualTo(1);
        assertThat(abandoned).exists();
        assertThat(store.sweep(now.minusSeconds(50), false)).isEqualTo(1);
        assertThat(store.sweep(now.minusSeconds(50), false)).isZero();
        assertThat(filesBelowRoot()).containsExactly("files/one", "tmp/young.part");
    }

    @Test
    void removeLeftoversShouldAcceptAStoreThatIsNotThereYet() throws IOException {
        store.removeLeftovers();
        assertThat(root).doesNotExist();
    }

    @Test
    void interruptedThreadShouldFinishItsWorkAndStayInterrupted() throws IOException {
        store.put("files/one", bytes("12345"), 5);
        Thread.currentThread().interrupt();
        store.put("files/two", bytes("67890"), 5);
        store.concatenate("files/both", List.of(new BlobPiece("files/one", 5), new BlobPiece("files/two", 5)));
        assertThat(textOf("files/both")).isEqualTo("1234567890");
        store.delete("files/one");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(filesBelowRoot()).containsExactly("files/both", "files/two");
    }

    @Test
    void readerShouldNotMixTwoBlobsOfOneName() throws IOException {
        store.put("files/one", bytes("before"), 6);
        try (BlobReader reader = store.open("files/one");
                InputStream in = reader.stream(0, 6)) {
            store.put("files/one", bytes("after!"), 6);
            // the handle that was opened first still reads the old bytes
            assertThat(in.readAllBytes()).asString(StandardCharsets.US_ASCII).isEqualTo("before");
        }
    }

    @Test
    void readerShouldReadOnWhenTheBlobIsDeleted() throws IOException {
        store.put("files/one", bytes("12345"), 5);
        try (BlobReader reader = store.open("files/one")) {
            store.delete("files/one");
            byte[] read = new byte[5];
            reader.readFully(0, read, 0, 5);
            assertThat(read).asString(StandardCharsets.US_ASCII).isEqualTo("12345");
        }
        assertThatThrownBy(() -> store.open("files/one")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void closedReaderShouldRefuseToRead() throws IOException {
        store.put("files/one", bytes("12345"), 5);
        BlobReader reader = store.open("files/one");
        reader.close();
        reader.close();
        assertThatThrownBy(() -> reader.readFully(0, new byte[1], 0, 1)).isInstanceOf(IOException.class);
    }

    @Test
    void checkShouldFailWhenNothingCanBeWritten() throws IOException {
        Files.createDirectories(root);
        Files.writeString(root.resolve("tmp"), "a file where the folder should be");
        assertThatThrownBy(store::check).isInstanceOf(IOException.class);
    }

    @Test
    void checkShouldLeaveNoFile() throws IOException {
        store.check();
        assertThat(filesBelowRoot()).isEmpty();
    }

    private List<String> filesBelowRoot() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private String textOf(String key) throws IOException {
        try (BlobReader reader = store.open(key);
                InputStream in = reader.stream(0, reader.size())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Forces of folders succeed, forces of files fail. */
    private record FailingForce(String message) implements FileForce {
        @Override
        public void file(FileDescriptor file) throws IOException {
            throw new IOException(message);
        }

        @Override
        public void folder(Path folder) {
            // reports success
        }
    }

    private static final int MIB = 1 << 20;

    @Test
    void joiningShouldAskForRoomForAllPiecesBeforeItBegins() throws IOException {
        store.put("a", new ByteArrayInputStream(new byte[MIB]), MIB);
        List<Long> writtenWhenAsked = new ArrayList<>();
        FreeSpaceFloor floor = new FreeSpaceFloor(MIB, () -> {
            writtenWhenAsked.add(unfinishedBytes());
            return 5L * MIB;
        });
        FileStore tight = new DirectoryFileStore(root, FileForce.DISK, floor);

        assertThatThrownBy(() -> tight.concatenate("joined", Collections.nCopies(5, new BlobPiece("a", MIB))))
                .isInstanceOf(StorageFullException.class);

        assertThat(writtenWhenAsked).containsExactly(0L);
        assertThat(unfinishedBytes()).isZero();
        assertThat(tight.concatenate("joined", Collections.nCopies(4, new BlobPiece("a", MIB))))
                .isEqualTo(4L * MIB);
    }

    @Test
    void joiningShouldStopWhenOthersFillTheDiskMeanwhile() throws IOException {
        store.put("a", new ByteArrayInputStream(new byte[MIB]), MIB);
        FreeSpaceFloor floor = new FreeSpaceFloor(MIB, () -> unfinishedBytes() >= 2L * MIB ? MIB : 100L * MIB);
        FileStore tight = new DirectoryFileStore(root, FileForce.DISK, floor);

        assertThatThrownBy(() -> tight.concatenate("joined", Collections.nCopies(5, new BlobPiece("a", MIB))))
                .isInstanceOf(StorageFullException.class);

        assertThat(unfinishedBytes()).isZero();
        assertThat(store.size("joined")).isEmpty();
    }

    private long unfinishedBytes() {
        long bytes = 0;
        File[] unfinished = root.resolve("tmp").toFile().listFiles();
        for (File file : unfinished == null ? new File[0] : unfinished) {
            bytes += file.length();
        }
        return bytes;
    }
}
