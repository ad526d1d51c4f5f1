package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Usage;
import io.backfill.ids.BatchId;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the golden lines of the contract, byte for byte. */
class ResultLineTest {
    private static final BatchId BATCH = new BatchId("batch_690a1b2c3d4e5f60718293a4b5c6d7e8");
    private static final String ID = "batch_req_690a1b2c3d4e5f60718293a40000002a";

    @Test
    void aSuccessShouldBeThisLineInTheOutputFile() {
        ResultLine line = answered(200, "{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"total_tokens\":3}}");

        assertThat(text(line))
                .isEqualTo(
                        "{\"id\":\"" + ID
                                + "\",\"custom_id\":\"r-1\",\"response\":{\"status_code\":200,\"request_id\":\"req_9\","
                                + "\"body\":{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"total_tokens\":3}}},\"error\":null}\n");
        assertThat(line.kind()).isEqualTo(ResultKind.OUTPUT);
        assertThat(line.usage()).isEqualTo(new Usage(3, 0, 0, 0, 3));
        assertThat(line.line()).isEqualTo(42);
    }

    @Test
    void aRefusalOfTheModelsShouldBeThisLineInTheErrorFile() {
        ResultLine line =
                answered(400, "{\"error\":{\"message\":\"too long\",\"code\":400},\"usage\":{\"total_tokens\":9}}");

        assertThat(text(line))
                .isEqualTo(
                        "{\"id\":\"" + ID
                                + "\",\"custom_id\":\"r-1\",\"response\":{\"status_code\":400,\"request_id\":\"req_9\","
                                + "\"body\":{\"error\":{\"message\":\"too long\",\"code\":400},\"usage\":{\"total_tokens\":9}}},\"error\":null}\n");
        assertThat(line.kind()).isEqualTo(ResultKind.ERROR);
        assertThat(line.usage()).as("only successful lines count").isEqualTo(Usage.NONE);
    }

    @Test
    void anAnswerThatIsNoObjectShouldBeAnErrorAlsoWith200() {
        ResultLine line = answered(200, "<html>");

        assertThat(text(line))
                .isEqualTo("{\"id\":\"" + ID
                        + "\",\"custom_id\":\"r-1\",\"response\":{\"status_code\":200,\"request_id\":\"req_9\","
                        + "\"body\":{\"error\":{\"message\":\"<html>\",\"type\":\"server_error\",\"param\":null,\"code\":null}}},"
                        + "\"error\":null}\n");
        assertThat(line.kind()).isEqualTo(ResultKind.ERROR);
    }

    @ParameterizedTest
    @CsvSource({"199,ERROR", "200,OUTPUT", "201,OUTPUT", "299,OUTPUT", "300,ERROR", "404,ERROR", "500,ERROR"})
    void everyTwoHundredShouldBeASuccess(int status, ResultKind kind) {
        assertThat(answered(status, "{}").kind()).isEqualTo(kind);
    }

    @Test
    void aLineThatNeverRanShouldSayWhy() {
        assertThat(text(failed(NotRunReason.EXPIRED.code(), NotRunReason.EXPIRED.message())))
                .isEqualTo(
                        "{\"id\":\"" + ID
                                + "\",\"custom_id\":\"r-1\",\"response\":null,\"error\":{\"code\":\"batch_expired\","
                                + "\"message\":\"This request could not be executed before the completion window expired.\"}}\n");
        assertThat(text(failed(NotRunReason.CANCELLED.code(), NotRunReason.CANCELLED.message())))
                .isEqualTo("{\"id\":\"" + ID
                        + "\",\"custom_id\":\"r-1\",\"response\":null,\"error\":{\"code\":\"batch_cancelled\","
                        + "\"message\":\"This request was not executed because the batch was cancelled.\"}}\n");
    }

    @Test
    void textsOfOthersShouldBeEscaped() {
        ResultLine failed = failed("server_error", "a \"quote\"\n\u0001 é 😀 \ud800 end");
        ResultLine answered = ResultLine.answered(
                BATCH,
                42,
                bytes("\"r-1\""),
                200,
                "evil\",\"x\":\"\r\n",
                AnswerBody.of(bytes("{}"), "application/json"));

        assertThat(text(failed)).contains("\"message\":\"a \\\"quote\\\"\\n\\u0001 é 😀 ? end\"}}\n");
        assertThat(text(answered)).contains("\"request_id\":\"evil\\\",\\\"x\\\":\\\"\\r\\n\",");
    }

    @Test
    void theCustomIdShouldStandAsItStoodInTheInput() {
        ResultLine line = ResultLine.failed(BATCH, 1, bytes("\"\\u0072\\/é\""), "server_error", "x");

        assertThat(text(line)).contains("\"custom_id\":\"\\u0072\\/é\",");
    }

    @Test
    void theLineNumberShouldBeReadBackAtItsFixedPlace() {
        byte[] line = failed("server_error", "x").bytes();
        byte[] before = new byte[line.length + 5];
        System.arraycopy(line, 0, before, 5, line.length);

        assertThat(ResultLine.lineAt(line, 0)).isEqualTo(42);
        assertThat(ResultLine.lineAt(before, 5)).isEqualTo(42);
        assertThat(ResultLine.lineAt(before, 4)).isEqualTo(-1);
        assertThat(ResultLine.lineAt(line, line.length - 3)).isEqualTo(-1);
    }

    private static ResultLine answered(int status, String body) {
        return ResultLine.answered(
                BATCH, 42, bytes("\"r-1\""), status, "req_9", AnswerBody.of(bytes(body), "application/json"));
    }

    private static ResultLine failed(String code, String message) {
        ResultLine line = ResultLine.failed(BATCH, 42, bytes("\"r-1\""), code, message);
        assertThat(line.kind()).isEqualTo(ResultKind.ERROR);
        assertThat(line.usage()).isEqualTo(Usage.NONE);
        return line;
    }

    private static String text(ResultLine line) {
        return new String(line.bytes(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
