package io.backfill.api.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotSupportedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorAnswerTest {
    private static ErrorAnswer of(Throwable failure) {
        return ErrorAnswer.of(failure, "PUT", "/v1/files", "req_1");
    }

    @ParameterizedTest
    @EnumSource
    void everyCodeShouldKeepItsStatusTypeAndCode(ErrorCode code) {
        ErrorAnswer answer = of(new BackfillException(code, "why", "which"));
        assertThat(answer.status()).isEqualTo(code.status());
        assertThat(answer.body().error())
                .isEqualTo(new ErrorBody.Details(
                        "why", code.type(), "which", code.code().orElse(null)));
    }

    @Test
    void conflictShouldTellClientsNotToTryAgain() {
        assertThat(of(new BackfillException(ErrorCode.CONFLICT, "no")).headers())
                .containsEntry("x-should-retry", "false");
    }

    @ParameterizedTest
    @EnumSource(names = {"RATE_LIMIT_EXCEEDED", "UNAVAILABLE", "STORAGE_FULL"})
    void whatPassesShouldTellWhenToComeBackWithinAMinute(ErrorCode code) {
        assertThat(Integer.parseInt(
                        of(new BackfillException(code, "later")).headers().get("Retry-After")))
                .isBetween(1, 60);
    }

    @Test
    void wrongMethodShouldKeepTheAllowedOnes() {
        ErrorAnswer answer = of(new NotAllowedException("PUT is not for this", new String[] {"GET", "POST"}));
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.headers().get("Allow")).contains("GET", "POST");
        assertThat(answer.body().error().message())
                .isEqualTo(
                        "Not allowed to PUT on /v1/files. (HINT: Perhaps you meant to use a different HTTP method?)");
    }

    @Test
    void refusalsOfTheFrameworkShouldKeepTheirStatus() {
        assertThat(of(new NotSupportedException()).status()).isEqualTo(415);
        assertThat(of(new BadRequestException("details of the framework")).status())
                .isEqualTo(400);
        assertThat(of(new BadRequestException("details of the framework"))
                        .body()
                        .error()
                        .message())
                .doesNotContain("framework");
        assertThat(ErrorAnswer.ofStatus(404, "GET", "/x").body().error().message())
                .isEqualTo("Invalid URL (GET /x)");
        assertThat(ErrorAnswer.ofStatus(503, "GET", "/x").body().error().type()).isEqualTo("server_error");
    }
}
