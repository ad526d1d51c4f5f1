package io.backfill.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.testing.Party;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that every {@link FileStore} must pass. */
public interface FileStoreContract {
    /** Returns the store, which is the same during a test and empty at its start. */
    FileStore testee();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 1_000_003})
    default void putShouldKeepEveryByte(int size) throws IOException {
        byte[] bytes = randomBytes(size);
        assertThat(testee().put("files/one", new ByteArrayInputStream(bytes), size))
                .isEqualTo(size);
        assertThat(bytesOf("files/one")).isEqualTo(bytes);
        assertThat(testee().size("files/one")).hasValue(size);
    }

    @Test
    default void putShouldReplaceWhatIsThere() throws IOException {
        put("files/one", "the first, which is longer");
        put("files/one", "the second");
        assertThat(textOf("files/one")).isEqualTo("the second");
    }

    @Test
    default void putShouldTakeAsManyBytesAsAllowed() throws IOException {
        assertThat(testee().put("files/one", stream("12345"), 5)).isEqualTo(5);
    }

    @Test
    default void putShouldKeepNothingWhenOneByteTooManyComes() throws IOException {
        assertThatThrownBy(() -> testee().put("files/one", stream("123456"), 5))
                .isInstanceOf(TooManyBytesException.class);
        assertThat(testee().size("files/one")).isEmpty();
    }

    @Test
    default void putShouldKeepWhatWasThereWhenTheStreamBreaks() throws IOException {
        put("files/one", "before");
        InputStream broken =
                new SequenceInputStream(new ByteArrayInputStream(randomBytes(300_000)), new BrokenStream());
        assertThatThrownBy(() -> testee().put("files/one", broken, Long.MAX_VALUE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the client went away");
        assertThat(textOf("files/one")).isEqualTo("before");
        assertThat(testee().list("files", 10)).containsExactly("files/one");
    }

    @Test
    default void putShouldNotShowABlobThatIsNotWhole() throws IOException {
        List<Boolean> seen = new ArrayList<>();
        InputStream watching = new PiecewiseInputStream(() -> {
            seen.add(testee().size("files/one").isPresent()
                    || !testee().list("files", 10).isEmpty());
            return seen.size() < 5 ? randomBytes(100_000) : new byte[0];
        });
        testee().put("files/one", watching, Long.MAX_VALUE);
        assertThat(seen).containsExactly(false, false, false, false, false);
        assertThat(testee().size("files/one")).hasValue(400_000);
    }

    @Test
    default void putsOfOneKeyAtOnceShouldLeaveOneOfThemWhole() throws Exception {
        Party party = new Party(4);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                String text = String.valueOf(i).repeat(200_000);
                threads.submit(() -> {
                    party.attend();
                    put("files/one", text);
                    return text;
                });
            }
            party.awaitGuests().disband();
        }
        String text = textOf("files/one");
        assertThat(text).hasSize(200_000).isEqualTo(text.substring(0, 1).repeat(200_000));
    }

    @Test
    default void concatenateShouldJoinThePiecesInTheirOrder() throws IOException {
        put("batches/b/p0/one", "first|beyond its length");
        put("batches/b/p0/two", "second|");
        put("batches/b/p0/none", "of this nothing");
        List<BlobPiece> pieces = List.of(
                new BlobPiece("batches/b/p0/two", 7),
                new BlobPiece("batches/b/p0/none", 0),
                new BlobPiece("batches/b/p0/one", 6),
                new BlobPiece("batches/b/p0/two", 7));
        assertThat(testee().concatenate("files/out", pieces)).isEqualTo(20);
        assertThat(textOf("files/out")).isEqualTo("second|first|second|");
    }

    @Test
    default void concatenateShouldGiveTheSameBytesAgain() throws IOException {
        put("batches/b/one", "bytes");
        List<BlobPiece> pieces = List.of(new BlobPiece("batches/b/one", 5));
        testee().concatenate("files/out", pieces);
        testee().concatenate("files/out", pieces);
        assertThat(textOf("files/out")).isEqualTo("bytes");
    }

    @Test
    default void concatenateShouldMakeAnEmptyBlobOfNoPiece() throws IOException {
        assertThat(testee().concatenate("files/out", List.of())).isZero();
        assertThat(testee().size("files/out")).hasValue(0);
    }

    @Test
    default void concatenateShouldKeepNothingWhenAPieceIsShorterThanItsLength() throws IOException {
        put("batches/b/one", "12345");
        assertThatThrownBy(() -> testee().concatenate("files/out", List.of(new BlobPiece("batches/b/one", 6))))
                .isInstanceOf(IOException.class);
        assertThat(testee().size("files/out")).isEmpty();
    }

    @Test
    default void concatenateShouldKeepNothingWhenAPieceIsNotThere() throws IOException {
        assertThatThrownBy(() -> testee().concatenate("files/out", List.of(new BlobPiece("batches/b/one", 1))))
                .isInstanceOf(IOException.class);
        assertThat(testee().size("files/out")).isEmpty();
    }

    @Test
    default void openShouldRefuseABlobThatIsNotThere() throws IOException {
        put("files/folder/one", "x");
        assertThatThrownBy(() -> testee().open("files/none")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> testee().open("files/folder")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    default void readerShouldServeManyThreadsAtAnyPosition() throws Exception {
        byte[] bytes = randomBytes(500_000);
        testee().put("files/one", new ByteArrayInputStream(bytes), bytes.length);
        Party party = new Party(32);
        List<Future<Boolean>> same = new ArrayList<>();
        try (BlobReader reader = testee().open("files/one");
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 32; i++) {
                Random random = new Random(i);
                same.add(threads.submit(() -> {
                    party.attend();
                    return randomReadsAreRight(reader, bytes, random);
                }));
            }
            party.awaitGuests().disband();
            for (Future<Boolean> one : same) {
                assertThat(one.get()).isTrue();
            }
        }
    }

    @Test
    default void readerShouldServeOthersWhenOneThreadIsInterrupted() throws Exception {
        put("files/one", "0123456789");
        try (BlobReader reader = testee().open("files/one")) {
            Thread interrupted = Thread.ofVirtual().start(() -> {
                Thread.currentThread().interrupt();
                try {
                    reader.readFully(0, new byte[4], 0, 4);
                } catch (IOException allowed) {
                    // in this thread the read may fail
                }
            });
            interrupted.join();
            byte[] read = new byte[4];
            reader.readFully(3, read, 0, 4);
            assertThat(read).asString(StandardCharsets.US_ASCII).isEqualTo("3456");
        }
    }

    @Test
    default void readFullyShouldRefuseBytesBeyondTheEnd() throws IOException {
        put("files/one", "0123456789");
        try (BlobReader reader = testee().open("files/one")) {
            assertThat(reader.size()).isEqualTo(10);
            assertThatThrownBy(() -> reader.readFully(8, new byte[3], 0, 3)).isInstanceOf(EOFException.class);
            assertThatThrownBy(() -> reader.readFully(11, new byte[1], 0, 1)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    default void readFullyShouldFillTheWantedPartOfTheArrayOnly() throws IOException {
        put("files/one", "0123456789");
        try (BlobReader reader = testee().open("files/one")) {
            byte[] into = "..........".getBytes(StandardCharsets.US_ASCII);
            reader.readFully(2, into, 4, 3);
            assertThat(into).asString(StandardCharsets.US_ASCII).isEqualTo("....234...");
        }
    }

    @Test
    default void streamShouldEndAfterItsLengthAndLeaveTheReaderOpen() throws IOException {
        put("files/one", "0123456789");
        try (BlobReader reader = testee().open("files/one")) {
            try (InputStream in = reader.stream(2, 5)) {
                assertThat(in.read()).isEqualTo('2');
                assertThat(in.readAllBytes())
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo("3456");
                assertThat(in.read()).isEqualTo(-1);
            }
            try (InputStream in = reader.stream(10, 0)) {
                assertThat(in.read()).isEqualTo(-1);
            }
            try (InputStream in = reader.stream(0, 10)) {
                assertThat(in.skip(8)).isEqualTo(8);
                assertThat(in.readAllBytes())
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo("89");
            }
        }
    }

    @Test
    default void sizeShouldBeEmptyForWhatIsNoBlob() throws IOException {
        put("files/folder/one", "x");
        assertThat(testee().size("files/none")).isEmpty();
        assertThat(testee().size("none/none")).isEmpty();
        assertThat(testee().size("files/folder")).isEmpty();
    }

    @Test
    default void listShouldGiveTheKeysBelowAFolderInAscendingOrder() throws IOException {
        List<String> keys = List.of("f/a-b", "f/a.b", "f/a/b", "f/a/c/d", "f/a0", "f/b");
        for (String key : keys.reversed()) {
            put(key, key);
        }
        put("f0/other", "x");
        put("g", "x");
        assertThat(testee().list("f", 100)).containsExactlyElementsOf(keys);
        assertThat(testee().list("f/a", 100)).containsExactly("f/a/b", "f/a/c/d");
        assertThat(testee().list("nothing", 100)).isEmpty();
        assertThat(testee().list("g", 100)).isEmpty();
    }

    @Test
    default void listShouldEndAtItsLimit() throws IOException {
        for (int i = 9; i >= 0; i--) {
            put("f/" + i / 4 + "/" + i, "x");
        }
        assertThat(testee().list("f", 6)).containsExactly("f/0/0", "f/0/1", "f/0/2", "f/0/3", "f/1/4", "f/1/5");
    }

    @Test
    default void listShouldGoOnBehindACursorThatNeedNotBeThere() throws IOException {
        List<String> keys = List.of("f/a-b", "f/a.b", "f/a/b", "f/a/c/d", "f/a0", "f/b");
        for (String key : keys.reversed()) {
            put(key, key);
        }
        for (int i = 0; i < keys.size(); i++) {
            assertThat(testee().list("f", keys.get(i), 100))
                    .as("behind %s", keys.get(i))
                    .containsExactlyElementsOf(keys.subList(i + 1, keys.size()));
        }
        assertThat(testee().list("f", "f/a.c", 1)).containsExactly("f/a/b");
        assertThat(testee().list("f", "f/a/b/x", 100)).containsExactly("f/a/c/d", "f/a0", "f/b");
        assertThat(testee().list("f", "a", 2)).containsExactly("f/a-b", "f/a.b");
        assertThat(testee().list("f", "f/c", 100)).isEmpty();
        assertThat(testee().list("f/a", "f/a/b", 100)).containsExactly("f/a/c/d");
    }

    @Test
    default void aCursorShouldBeAbleToLeaveOutAFolder() throws IOException {
        put("f/one/x", "x");
        put("f/one/y/z", "x");
        put("f/two/x", "x");
        assertThat(testee().list("f", "f/one0", 100)).containsExactly("f/two/x");
    }

    @Test
    default void pagesShouldGiveEveryKeyOnce() throws IOException {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            keys.add("f/" + "%02d".formatted(i) + (i % 3 == 0 ? "/x" : ""));
            put(keys.getLast(), "x");
        }
        List<String> seen = new ArrayList<>();
        for (List<String> page = testee().list("f", "", 4); !page.isEmpty(); ) {
            seen.addAll(page);
            page = testee().list("f", page.getLast(), 4);
        }
        assertThat(seen).containsExactlyElementsOf(keys);
    }

    @Test
    default void deleteShouldRemoveTheBlobAndAllowToDoSoAgain() throws IOException {
        put("files/one", "x");
        put("files/two", "y");
        testee().delete("files/one");
        testee().delete("files/one");
        testee().delete("none/none");
        assertThat(testee().list("files", 10)).containsExactly("files/two");
    }

    @Test
    default void deleteShouldSpareTheBlobsBelowAFolderOfThatName() throws IOException {
        put("files/folder/one", "x");
        testee().delete("files/folder");
        assertThat(textOf("files/folder/one")).isEqualTo("x");
    }

    @Test
    default void deleteFolderShouldRemoveAllBelowAndNothingElse() throws IOException {
        put("b/one/p0/x", "x");
        put("b/one/p1/y", "x");
        put("b/one/z", "x");
        put("b/one-more/z", "x");
        testee().deleteFolder("b/one");
        testee().deleteFolder("b/one");
        testee().deleteFolder("none");
        assertThat(testee().list("b", 10)).containsExactly("b/one-more/z");
    }

    @Test
    default void deleteFolderShouldAllowThatItsNameIsUsedAgain() throws IOException {
        put("b/one/x", "before");
        testee().deleteFolder("b/one");
        put("b/one/x", "after");
        assertThat(textOf("b/one/x")).isEqualTo("after");
    }

    @Test
    default void checkShouldLeaveNothing() throws IOException {
        put("files/one", "x");
        testee().check();
        testee().check();
        assertThat(testee().list("files", 10)).containsExactly("files/one");
        assertThat(textOf("files/one")).isEqualTo("x");
    }

    private void put(String key, String text) throws IOException {
        testee().put(key, stream(text), Long.MAX_VALUE);
    }

    private byte[] bytesOf(String key) throws IOException {
        try (BlobReader reader = testee().open(key);
                InputStream in = reader.stream(0, reader.size())) {
            return in.readAllBytes();
        }
    }

    private String textOf(String key) throws IOException {
        return new String(bytesOf(key), StandardCharsets.UTF_8);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] randomBytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static boolean randomReadsAreRight(BlobReader reader, byte[] bytes, Random random) throws IOException {
        for (int i = 0; i < 100; i++) {
            int position = random.nextInt(bytes.length);
            int length = random.nextInt(Math.min(20_000, bytes.length - position));
            byte[] read = new byte[length];
            reader.readFully(position, read, 0, length);
            if (!Arrays.equals(read, 0, length, bytes, position, position + length)) {
                return false;
            }
        }
        return true;
    }

    /** A stream whose first read fails. */
    final class BrokenStream extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("the client went away");
        }
    }
}
