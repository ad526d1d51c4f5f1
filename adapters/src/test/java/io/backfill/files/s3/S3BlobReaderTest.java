package io.backfill.files.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

class S3BlobReaderTest {
    private static final int SIZE = 300_000;

    @TempDir
    Path cache;

    private final byte[] bytes = new byte[SIZE];
    private final AtomicInteger gets = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private StagedHttp.Stage fault = (request, sending) -> sending.send();
    private S3Objects objects;
    private FileStore store;

    @BeforeEach
    void open() throws IOException {
        new Random(1).nextBytes(bytes);
        S3Config config = S3Server.shared().config();
        objects = S3Server.shared().objects(config, this::watch);
        store = storeWithReserve(0);
        store.put("files/one", new ByteArrayInputStream(bytes), SIZE);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        objects.close();
    }

    private FileStore storeWithReserve(long reserve) throws IOException {
        return new S3FileStore(objects, SpoolCache.open(cache, 0, reserve, threads, nanos::get), threads);
    }

    private HttpExecuteResponse watch(SdkHttpRequest request, StagedHttp.Sending sending) throws IOException {
        if (request.method() == SdkHttpMethod.GET) {
            gets.incrementAndGet();
        }
        return fault.answer(request, sending);
    }

    private void assertReads(BlobReader reader, int position, int length) throws IOException {
        byte[] read = new byte[length];
        reader.readFully(position, read, 0, length);
        assertThat(Arrays.equals(read, 0, length, bytes, position, position + length))
                .isTrue();
    }

    private List<Path> copies() throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void randomReadsShouldShareOneLocalCopyThatGoesWithTheLastReader() throws IOException {
        BlobReader one = store.open("files/one");
        BlobReader other = store.open("files/one");
        assertThat(copies()).isEmpty();
        for (int i = 0; i < 200; i++) {
            assertReads(i % 2 == 0 ? one : other, i * 1000, 900);
        }
        assertThat(gets.get()).isEqualTo(1);
        assertThat(copies()).hasSize(1);
        one.close();
        one.close();
        assertReads(other, 5, 10);
        other.close();
        assertThat(copies()).isEmpty();
        assertThatThrownBy(() -> assertReads(other, 0, 1)).isInstanceOf(IOException.class);
    }

    @Test
    void smallBlobShouldBeReadOnceIntoMemory() throws IOException {
        store.put("files/small", new ByteArrayInputStream(bytes, 0, 1000), 1000);
        try (BlobReader reader = store.open("files/small")) {
            for (int i = 0; i < 100; i++) {
                assertReads(reader, i * 10, 10);
            }
        }
        assertThat(gets.get()).isEqualTo(1);
        assertThat(copies()).isEmpty();
    }

    @Test
    void readsShouldGoToS3WhenThereIsNoRoomForACopy() throws IOException {
        FileStore full = storeWithReserve(Long.MAX_VALUE);
        try (BlobReader reader = full.open("files/one")) {
            for (int i = 0; i < 5; i++) {
                assertReads(reader, i * 1000, 900);
            }
        }
        // nothing is fetched for a copy that has no room
        assertThat(gets.get()).isEqualTo(5);
        assertThat(copies()).isEmpty();
    }

    @Test
    void copiesShouldHaveSoMuchRoomTogetherAndNoMore() throws IOException {
        store.put("files/two", new ByteArrayInputStream(bytes), SIZE);
        FileStore tight = new S3FileStore(objects, SpoolCache.open(cache, SIZE + 1, 0, threads, nanos::get), threads);
        try (BlobReader two = tight.open("files/two")) {
            BlobReader one = tight.open("files/one");
            assertReads(one, 10, 900);
            assertThat(copies()).hasSize(1);
            gets.set(0);

            assertReads(two, 10, 900);
            assertReads(two, 1000, 900);
            assertThat(gets.get()).isEqualTo(2);
            assertThat(copies()).hasSize(1);

            one.close();
            nanos.addAndGet(Duration.ofSeconds(11).toNanos());
            assertReads(two, 10, 900);
            assertThat(gets.get()).isEqualTo(3);
            assertThat(copies()).hasSize(1);
            assertReads(two, 20, 900);
            assertThat(gets.get()).isEqualTo(3);
        }
        assertThat(copies()).isEmpty();
    }

    @Test
    void copyThatFailsAgainAndAgainShouldBeTriedLessAndLessOften() throws IOException {
        AtomicInteger copies = new AtomicInteger();
        fault = (request, sending) -> {
            if (request.firstMatchingHeader("Range").equals(Optional.of("bytes=0-" + (SIZE - 1)))) {
                copies.incrementAndGet();
                return StagedHttp.failure(403, "AccessDenied");
            }
            return sending.send();
        };
        try (BlobReader reader = store.open("files/one")) {
            for (int second = 0; second < 600; second++) {
                assertReads(reader, second, 900);
                nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            }
        }
        // attempts begin after 0, 10, 30, 70, 150 and 310 s; each makes three requests
        assertThat(copies.get()).isEqualTo(6 * 3);
    }

    @Test
    void copyThatFailedShouldBeTriedAgainAfterAWhile() throws IOException {
        AtomicInteger failures = new AtomicInteger();
        fault = (request, sending) -> {
            boolean whole = request.firstMatchingHeader("Range").equals(Optional.of("bytes=0-" + (SIZE - 1)));
            if (whole && failures.incrementAndGet() <= 3) {
                return StagedHttp.failure(403, "AccessDenied");
            }
            return sending.send();
        };
        try (BlobReader reader = store.open("files/one")) {
            assertReads(reader, 10, 900);
            assertReads(reader, 20, 900);
            assertThat(failures.get()).isEqualTo(3);
            assertThat(copies()).isEmpty();
            nanos.addAndGet(Duration.ofSeconds(11).toNanos());
            assertReads(reader, 30, 900);
            assertThat(copies()).hasSize(1);
        }
    }

    @Test
    void readsShouldSurviveThatTheCopyIsTakenAway() throws IOException {
        try (BlobReader reader = store.open("files/one")) {
            assertReads(reader, 10, 900);
            Files.write(copies().getFirst(), new byte[10]);
            assertReads(reader, 20_000, 900);
            assertReads(reader, 30_000, 900);
        }
    }

    @Test
    void cacheShouldBeEmptiedAtTheStart() throws IOException {
        BlobReader reader = store.open("files/one");
        assertReads(reader, 10, 900);
        assertThat(copies()).hasSize(1);
        SpoolCache.open(cache, 0, 0, threads, nanos::get);
        assertThat(copies()).isEmpty();
        assertReads(reader, 10, 900);
        reader.close();
    }

    @Test
    void streamShouldGoOnWhereItsAnswerBrokeOff() throws IOException {
        AtomicInteger answers = new AtomicInteger();
        fault = (request, sending) -> {
            HttpExecuteResponse answer = sending.send();
            boolean cut = request.method() == SdkHttpMethod.GET && answers.incrementAndGet() <= 4;
            return cut
                    ? HttpExecuteResponse.builder()
                            .response(answer.httpResponse())
                            .responseBody(AbortableInputStream.create(
                                    new BreakingAfter(answer.responseBody().orElseThrow(), 50_000)))
                            .build()
                    : answer;
        };
        try (BlobReader reader = store.open("files/one");
                InputStream in = reader.stream(1000, SIZE - 1000)) {
            assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 1000, SIZE));
        }
        assertThat(answers.get()).isEqualTo(5);
    }

    @Test
    void streamShouldFailWhenS3StaysAway() throws IOException {
        try (BlobReader reader = store.open("files/one");
                InputStream in = reader.stream(0, SIZE)) {
            fault = (request, sending) -> StagedHttp.failure(403, "AccessDenied");
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("files/one")
                    .hasMessageContaining("credentials");
        }
    }

    @Test
    void readerShouldNotMixTheBytesOfTwoBlobsOfOneName() throws IOException {
        try (BlobReader reader = store.open("files/one")) {
            byte[] other = new byte[SIZE];
            store.put("files/one", new ByteArrayInputStream(other), SIZE);
            assertThatThrownBy(() -> reader.readFully(0, new byte[10], 0, 10)).isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(() -> reader.stream(0, 10).read()).isInstanceOf(NoSuchFileException.class);
            store.delete("files/one");
            assertThatThrownBy(() -> reader.stream(0, 10).read()).isInstanceOf(NoSuchFileException.class);
        }
    }

    /** A stream that fails after a number of bytes. */
    private static final class BreakingAfter extends InputStream {
        private final InputStream in;
        private int left;

        BreakingAfter(InputStream in, int left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) {
                throw new IOException("connection reset");
            }
            int count = in.read(into, offset, Math.min(left, length));
            left -= Math.max(0, count);
            return count;
        }
    }
}
