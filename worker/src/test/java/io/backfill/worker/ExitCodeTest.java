package io.backfill.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.backfill.dispatch.AbortCause;
import io.backfill.files.StorageFullException;
import jakarta.batch.operations.BatchRuntimeException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class ExitCodeTest {
    @Test
    void statusesShouldBeThoseOfThePodFailurePolicy() {
        assertThat(Arrays.stream(ExitCode.values()).mapToInt(ExitCode::status))
                .containsExactly(0, 64, 65, 69, 70, 75, 77, 78, 143);
    }

    @ParameterizedTest
    @CsvSource({
        "401, AccessDenied, NOT_PERMITTED",
        "403, SignatureDoesNotMatch, NOT_PERMITTED",
        "404, NoSuchKey, BAD_DATA",
        "404, NoSuchBucket, CONFIGURATION",
        "412, PreconditionFailed, BAD_DATA",
        "500, InternalError, UNAVAILABLE",
        "503, SlowDown, UNAVAILABLE"
    })
    void answersOfTheStoreShouldDecideWhateverWasMadeOfThem(int status, String code, ExitCode expected) {
        Throwable answer = S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build();
        NoSuchFileException named = new NoSuchFileException("a-key");
        named.initCause(answer);
        assertThat(ExitCode.of(new IOException("S3 get failed", answer))).isEqualTo(expected);
        assertThat(ExitCode.of(new BatchRuntimeException(named))).isEqualTo(expected);
    }

    @Test
    void storeThatDoesNotAnswerShouldBeUnavailable() {
        assertThat(ExitCode.of(new IOException("x", SdkClientException.create("y", new EOFException()))))
                .isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(ExitCode.of(new ConnectException("refused"))).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(ExitCode.of(new StorageFullException("full", null))).isEqualTo(ExitCode.UNAVAILABLE);
    }

    @Test
    void whatIsMissingOrDamagedShouldBeBadData() throws IOException {
        assertThat(ExitCode.of(new RuntimeException(new NoSuchFileException("plan-3"))))
                .isEqualTo(ExitCode.BAD_DATA);
        assertThat(ExitCode.of(new EOFException("input is shorter than its plan")))
                .isEqualTo(ExitCode.BAD_DATA);
        try (JsonParser json = new JsonFactory().createParser("{x")) {
            JsonProcessingException damaged = catchThrowableOfType(JsonProcessingException.class, () -> {
                json.nextToken();
                json.nextToken();
            });
            assertThat(ExitCode.of(new IOException(damaged))).isEqualTo(ExitCode.BAD_DATA);
        }
    }

    @Test
    void foldersThatRefuseUsShouldNotBePermitted() {
        assertThat(ExitCode.of(new AccessDeniedException("p3"))).isEqualTo(ExitCode.NOT_PERMITTED);
        assertThat(ExitCode.of(new FileNotFoundException("p3/e1 (Permission denied)")))
                .isEqualTo(ExitCode.NOT_PERMITTED);
    }

    @Test
    void whatIsNoFailureOfAStoreShouldBeABug() {
        assertThat(ExitCode.of(new IllegalStateException("never"))).isEqualTo(ExitCode.BUG);
    }

    @Test
    void causesInACircleShouldEnd() {
        Exception one = new Exception("one");
        one.initCause(new Exception("two", one));
        assertThat(ExitCode.of(one)).isEqualTo(ExitCode.BUG);
    }

    @ParameterizedTest
    @EnumSource(AbortCause.class)
    void everyAbortShouldHaveACodeAndWords(AbortCause cause) {
        PodFailure failure = new ShardFailure(
                        Optional.of(cause), Optional.of(new IOException("no answer")), Optional.of("no answer"))
                .toPodFailure();
        assertThat(failure.code())
                .isEqualTo(
                        switch (cause) {
                            case SHUTDOWN -> ExitCode.TERMINATED;
                            case LOST_LEASE, DEADLINE -> ExitCode.TEMPORARY;
                            default -> ExitCode.UNAVAILABLE;
                        });
        assertThat(failure.getMessage()).isNotBlank();
    }

    @Test
    void endWithoutAnyReasonShouldBeABug() {
        assertThat(new ShardFailure(Optional.empty(), Optional.empty(), Optional.empty())
                        .toPodFailure()
                        .code())
                .isEqualTo(ExitCode.BUG);
    }
}
