package io.backfill.files.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.PiecewiseInputStream;
import io.backfill.files.TooManyBytesException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/** Tests objects of many parts. A part has 5 MiB here. */
class S3UploadTest {
    private static final int PART = S3Config.LEAST_PART_BYTES;
    private static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");

    @TempDir
    Path cache;

    private final List<Integer> parts = new CopyOnWriteArrayList<>();
    private final AtomicInteger copies = new AtomicInteger();
    private StagedHttp.Stage fault = (request, sending) -> sending.send();
    private S3Store s3;

    @BeforeEach
    void open() throws IOException {
        S3Config config = S3Server.shared().config();
        S3Config twice = S3Server.shared().config(config.prefix(), Duration.ofSeconds(30), 2);
        s3 = S3Store.of(cache, twice, this::watch);
    }

    @AfterEach
    void close() {
        s3.close();
    }

    private HttpExecuteResponse watch(SdkHttpRequest request, StagedHttp.Sending sending) throws IOException {
        if (isPart(request)) {
            boolean copy = request.firstMatchingHeader("x-amz-copy-source").isPresent();
            copies.addAndGet(copy ? 1 : 0);
            if (!copy) {
                parts.add(Integer.parseInt(
                        request.firstMatchingHeader("Content-Length").orElseThrow()));
            }
        }
        return fault.answer(request, sending);
    }

    private static boolean isPart(SdkHttpRequest request) {
        return request.method() == SdkHttpMethod.PUT
                && request.rawQueryParameters().containsKey("partNumber");
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "0, 0", "1, 2"})
    void putShouldBeginPartsBeyondTheFirst(int more, int expected) throws IOException {
        byte[] bytes = randomBytes(PART + more);
        assertThat(s3.store().put("files/one", new ByteArrayInputStream(bytes), bytes.length))
                .isEqualTo(bytes.length);
        assertThat(parts).hasSize(expected);
        assertThat(digest("files/one")).isEqualTo(digest(new ByteArrayInputStream(bytes)));
    }

    @Test
    void putShouldNeedOnePartOfMemoryForAnySize() throws IOException {
        byte[] block = randomBytes(1 << 20);
        int[] left = {101};
        PiecewiseInputStream bytes = new PiecewiseInputStream(() -> left[0]-- > 0 ? block : new byte[0]);
        assertThat(s3.store().put("files/large", bytes, Long.MAX_VALUE)).isEqualTo(101L << 20);
        assertThat(parts).hasSize(21).allMatch(size -> size <= PART);
        assertThat(s3.store().size("files/large")).hasValue(101L << 20);
    }

    @Test
    void putShouldLeaveNoPartsWhenTooManyBytesCome() throws IOException {
        byte[] bytes = randomBytes(2 * PART + 10);
        assertThatThrownBy(() -> s3.store().put("files/one", new ByteArrayInputStream(bytes), 2L * PART + 9))
                .isInstanceOf(TooManyBytesException.class);
        assertThat(parts).isNotEmpty();
        assertNothingLeft();
    }

    @Test
    void putShouldLeaveNoPartsWhenTheStreamBreaks() throws IOException {
        InputStream broken =
                new SequenceInputStream(new ByteArrayInputStream(randomBytes(PART + 1000)), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("the client went away");
                    }
                });
        assertThatThrownBy(() -> s3.store().put("files/one", broken, Long.MAX_VALUE))
                .hasMessageContaining("the client went away");
        assertNothingLeft();
    }

    @Test
    void putShouldLeaveNoPartsWhenS3FailsInTheMiddle() throws IOException {
        fault = (request, sending) -> isPart(request)
                        && request.rawQueryParameters().get("partNumber").contains("2")
                ? StagedHttp.failure(500, "InternalError")
                : sending.send();
        assertThatThrownBy(
                        () -> s3.store().put("files/one", new ByteArrayInputStream(randomBytes(3 * PART)), 3L * PART))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("part 2")
                .hasMessageContaining("files/one");
        assertNothingLeft();
    }

    @Test
    void putShouldEndWellWhenOnlyTheAnswerToItsEndIsLost() throws IOException {
        AtomicBoolean lost = new AtomicBoolean();
        fault = (request, sending) -> {
            HttpExecuteResponse answer = sending.send();
            boolean end = request.method() == SdkHttpMethod.POST
                    && request.rawQueryParameters().containsKey("uploadId");
            if (end && !lost.getAndSet(true)) {
                answer.responseBody().orElseThrow().readAllBytes();
                return StagedHttp.failure(500, "InternalError");
            }
            return answer;
        };
        byte[] bytes = randomBytes(PART + 5);
        s3.store().put("files/one", new ByteArrayInputStream(bytes), bytes.length);
        assertThat(lost).isTrue();
        assertThat(digest("files/one")).isEqualTo(digest(new ByteArrayInputStream(bytes)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void concatenateShouldCopyWhatIsLongAndReadWhatIsShort(boolean longFirst) throws IOException {
        byte[] large = randomBytes(2 * PART + 77);
        byte[] small = randomBytes(1000);
        put("b/large", large);
        put("b/small", small);
        parts.clear();
        List<BlobPiece> pieces = longFirst
                ? List.of(new BlobPiece("b/large", large.length - 7), new BlobPiece("b/small", 900))
                : List.of(new BlobPiece("b/small", 900), new BlobPiece("b/large", large.length - 7));
        byte[] first = longFirst ? Arrays.copyOf(large, large.length - 7) : Arrays.copyOf(small, 900);
        byte[] second = longFirst ? Arrays.copyOf(small, 900) : Arrays.copyOf(large, large.length - 7);
        for (int i = 0; i < 2; i++) {
            assertThat(s3.store().concatenate("files/out", pieces)).isEqualTo(first.length + second.length);
            assertThat(digest("files/out"))
                    .isEqualTo(digest(new SequenceInputStream(
                            new ByteArrayInputStream(first), new ByteArrayInputStream(second))));
        }
        assertThat(copies.get()).isPositive();
        assertThat(parts).isNotEmpty().allMatch(size -> size <= PART);
    }

    @Test
    void concatenateShouldLeaveNothingWhenALongPieceIsShorterThanItsLength() throws IOException {
        put("b/large", randomBytes(2 * PART));
        assertThatThrownBy(() -> s3.store().concatenate("files/one", List.of(new BlobPiece("b/large", 2L * PART + 1))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("b/large");
        assertNothingLeft();
    }

    @Test
    void sweepShouldRemoveOldUploadsOfOurPrefixOnly() throws IOException {
        S3Store other = S3Store.of(cache.resolve("other"));
        try (other) {
            other.objects().upload("files/theirs").put(1, new byte[10], 10);
            s3.objects().upload("files/dead").put(1, new byte[10], 10);
            assertThat(s3.store().sweep(Instant.parse("2020-01-01T00:00:00Z"), false))
                    .isZero();
            assertThat(s3.store().sweep(LATER, false)).isEqualTo(1);
            assertThat(s3.store().sweep(LATER, false)).isZero();
            assertThat(other.store().sweep(LATER, false)).isEqualTo(1);
        }
    }

    @Test
    void encryptionShouldBeAskedForWheneverAnObjectIsBegun() throws IOException {
        S3Config plain = s3.config();
        S3Config encrypted = new S3Config(
                plain.endpoint(),
                plain.bucket(),
                plain.region(),
                plain.prefix(),
                plain.pathStyle(),
                S3Encryption.named("aws:kms", Optional.of("a-key")),
                plain.connectTimeout(),
                plain.readTimeout(),
                plain.attemptTimeout(),
                plain.callTimeout(),
                1,
                plain.partBytes());
        List<String> asked = new CopyOnWriteArrayList<>();
        try (S3Objects objects = S3Server.shared().objects(encrypted, (request, sending) -> {
            request.firstMatchingHeader("x-amz-server-side-encryption")
                    .ifPresent(algorithm -> asked.add(algorithm + " "
                            + request.firstMatchingHeader("x-amz-server-side-encryption-aws-kms-key-id")
                                    .orElse("")));
            return StagedHttp.failure(501, "NotImplemented");
        })) {
            assertThatThrownBy(() -> objects.put("files/one", new byte[1])).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> objects.upload("files/one")).isInstanceOf(IOException.class);
        }
        assertThat(asked).containsExactly("aws:kms a-key", "aws:kms a-key");
    }

    private void assertNothingLeft() throws IOException {
        assertThat(s3.store().size("files/one")).isEmpty();
        assertThat(s3.store().sweep(LATER, false)).as("uploads left").isZero();
    }

    private void put(String key, byte[] bytes) throws IOException {
        s3.store().put(key, new ByteArrayInputStream(bytes), bytes.length);
    }

    private String digest(String key) throws IOException {
        try (BlobReader reader = s3.store().open(key);
                InputStream in = reader.stream(0, reader.size())) {
            return digest(in);
        }
    }

    private static String digest(InputStream in) throws IOException {
        try {
            DigestInputStream digest = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"));
            long size = digest.transferTo(OutputStream.nullOutputStream());
            return size + " "
                    + HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] randomBytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
