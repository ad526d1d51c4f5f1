package io.backfill.files.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.files.StorageFullException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

class S3ConnectionTest {
    private static final S3Config ANY = S3Config.of(Optional.of(URI.create("https://s3.example:9000")), "b", "eu-1");

    private static S3Config with(String prefix, Duration attempt, Duration call, int partBytes) {
        return new S3Config(
                ANY.endpoint(),
                ANY.bucket(),
                ANY.region(),
                prefix,
                true,
                S3Encryption.NONE,
                ANY.connectTimeout(),
                ANY.readTimeout(),
                attempt,
                call,
                ANY.attempts(),
                partBytes);
    }

    @Test
    void configShouldHaveTheDocumentedDefaults() {
        assertThat(ANY.partBytes()).isEqualTo(8 << 20);
        assertThat(ANY.attempts()).isEqualTo(8);
        assertThat(ANY.prefix()).isEmpty();
        assertThat(ANY.pathStyle()).as("a server of one's own").isTrue();
        assertThat(S3Config.of(Optional.empty(), "b", "eu-1").pathStyle())
                .as("Amazon's")
                .isFalse();
        assertThat(ANY.encryption()).isEqualTo(S3Encryption.NONE);
    }

    @Test
    void configShouldRefuseWhatCannotWork() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> S3Config.of(Optional.empty(), " ", "eu-1")).hasMessageContaining("backfill.s3.bucket");
        assertThatThrownBy(() -> S3Config.of(Optional.empty(), "b", "")).hasMessageContaining("backfill.s3.region");
        assertThatThrownBy(() -> with("/a", second, second, 8 << 20)).hasMessageContaining("backfill.s3.prefix");
        assertThatThrownBy(() -> with("a/", second, second, 8 << 20)).hasMessageContaining("backfill.s3.prefix");
        assertThatThrownBy(() -> with("a", second.multipliedBy(2), second, 8 << 20))
                .hasMessageContaining("time-out of a call")
                .hasMessageNotContaining("backfill.s3");
        assertThatThrownBy(() -> with("a", Duration.ZERO, second, 8 << 20))
                .hasMessage("the time-out of an attempt at S3 must be positive, not PT0S");
        assertThatThrownBy(() -> with("a", second, second, 1 << 20)).hasMessageContaining("a part of an upload to S3");
        assertThatThrownBy(() -> S3Encryption.named("rot13", Optional.empty())).hasMessageContaining("aws:kms");
        assertThatThrownBy(() -> S3Encryption.named("AES256", Optional.of("key")))
                .hasMessageContaining("kms-key");
    }

    @ParameterizedTest
    @CsvSource({
        "403, AccessDenied, credentials",
        "404, NoSuchBucket, backfill.s3.bucket",
        "301, PermanentRedirect, backfill.s3.region",
        "500, InternalError, InternalError"
    })
    void failureShouldSayWhatWasDoneToWhichKeyAndWhatMayHelp(int status, String code, String hint) {
        S3Server server = S3Server.shared();
        try (S3Objects objects = server.objects(
                server.config("p", Duration.ofSeconds(5), 1), (request, sending) -> StagedHttp.failure(status, code))) {
            assertThatThrownBy(() -> objects.put("files/one", new byte[1]))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining("PUT of files/one")
                    .hasMessageContaining(hint);
        }
    }

    @ParameterizedTest
    @CsvSource({"507, InsufficientStorage", "400, XMinioStorageFull", "403, QuotaExceeded"})
    void failureForWantOfRoomShouldBeToldApart(int status, String code) {
        S3Server server = S3Server.shared();
        try (S3Objects objects = server.objects(
                server.config("p", Duration.ofSeconds(5), 1), (request, sending) -> StagedHttp.failure(status, code))) {
            assertThatThrownBy(() -> objects.put("files/one", new byte[1])).isInstanceOf(StorageFullException.class);
        }
    }

    @Test
    void objectThatIsNotThereShouldBeToldApart() {
        S3Server server = S3Server.shared();
        try (S3Objects objects = server.objects(server.config())) {
            assertThatThrownBy(() -> objects.get("files/none"))
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessageContaining("files/none");
        }
    }

    @Test
    void callShouldBeTriedAsOftenAsConfigured() throws IOException {
        S3Server server = S3Server.shared();
        AtomicInteger calls = new AtomicInteger();
        try (S3Objects objects = server.objects(
                server.config("tests/attempts", Duration.ofSeconds(10), 3),
                (request, sending) ->
                        calls.incrementAndGet() % 3 == 0 ? sending.send() : StagedHttp.failure(503, "SlowDown"))) {
            objects.put("files/one", new byte[1]);
            assertThat(calls.get()).isEqualTo(3);
            assertThat(objects.get("files/one")).hasSize(1);
        }
    }

    @Test
    void interruptBeforeACallShouldNotKeepItFromBeingMade() throws IOException {
        S3Server server = S3Server.shared();
        try (S3Objects objects = server.objects(server.config())) {
            Thread.currentThread().interrupt();
            objects.put("files/one", new byte[3]);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(objects.get("files/one")).hasSize(3);
        }
    }

    @Test
    void listAndDeleteShouldTakeMoreThanAPage() throws IOException {
        S3Server server = S3Server.shared();
        List<Integer> deletes = new ArrayList<>();
        try (S3Objects objects = server.objects(server.config(), (request, sending) -> {
            if (request.rawQueryParameters().containsKey("delete")) {
                deletes.add(1);
            }
            return sending.send();
        })) {
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < 1005; i++) {
                keys.add(String.format("f/%04d", i));
                objects.put(keys.getLast(), new byte[0]);
            }
            assertThat(objects.list("f/", 5000).stream().map(S3Objects.Entry::key))
                    .containsExactlyElementsOf(keys);
            assertThat(objects.list("f/", 1001)).hasSize(1001);
            objects.delete(keys);
            assertThat(deletes).hasSize(2);
            assertThat(objects.list("f/", 10)).isEmpty();
        }
    }

    private static boolean isBulkDelete(SdkHttpRequest request) {
        return request.method() == SdkHttpMethod.POST
                && request.rawQueryParameters().containsKey("delete");
    }

    @Test
    void bulkDeleteShouldCarryTheChecksumThatEveryServerKnows() throws IOException {
        S3Server server = S3Server.shared();
        List<String> digests = new ArrayList<>();
        try (S3Objects objects = server.objects(server.config(), (request, sending) -> {
            if (isBulkDelete(request)) {
                request.firstMatchingHeader("Content-MD5").ifPresent(digests::add);
            }
            return sending.send();
        })) {
            objects.put("files/one", new byte[1]);
            objects.delete(List.of("files/one"));

            assertThat(digests).hasSize(1);
            assertThat(objects.find("files/one")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"400, MissingContentMD5", "501, NotImplemented", "405, MethodNotAllowed"})
    void aServerWithoutBulkDeletesShouldBeAskedForOneAfterTheOther(int status, String code) throws IOException {
        S3Server server = S3Server.shared();
        try (S3Objects objects = server.objects(
                server.config(),
                (request, sending) -> isBulkDelete(request) ? StagedHttp.failure(status, code) : sending.send())) {
            objects.put("files/one", new byte[1]);
            objects.put("files/two", new byte[1]);

            objects.delete(List.of("files/one", "files/two"));

            assertThat(objects.list("files/", 10)).isEmpty();
            assertThat(objects.failedDeletes()).isZero();
        }
    }

    @Test
    void whatIsNotDeletedShouldBeCounted() throws IOException {
        S3Server server = S3Server.shared();
        try (S3Objects objects = server.objects(
                server.config(),
                (request, sending) -> isBulkDelete(request) || request.method() == SdkHttpMethod.DELETE
                        ? StagedHttp.failure(403, "AccessDenied")
                        : sending.send())) {
            assertThatThrownBy(() -> objects.delete(List.of("files/one", "files/two")))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> objects.delete("files/three")).isInstanceOf(IOException.class);

            assertThat(objects.failedDeletes()).isEqualTo(3);
        }
    }
}
