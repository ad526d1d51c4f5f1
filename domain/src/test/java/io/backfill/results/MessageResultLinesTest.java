package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.answers.Answer;
import io.backfill.ids.BatchId;
import io.backfill.testing.SeededIds;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageResultLinesTest {
    private static final BatchId BATCH = SeededIds.batch(1);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 262_000, 262_144, 600_000, 3_000_000})
    void messagesShouldBePassedThroughByteForByte(int length) throws IOException {
        String message = "{\"type\":\"message\",\"content\":[{\"text\":\"ü " + "x".repeat(length) + "\"}],\"z\":1.0}";
        String small = "{\"type\":\"message\",\"content\":[]}";
        byte[] file = file(answered(1, 200, message), answered(2, 201, small), answered(3, 200, message));

        assertThat(results(file, ResultKind.OUTPUT))
                .isEqualTo(succeeded(1, message) + succeeded(2, small) + succeeded(3, message));
    }

    @Test
    void manyLinesShouldKeepTheirOrder() throws IOException {
        Random random = new Random(7);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        StringBuilder expected = new StringBuilder();
        for (int line = 1; line <= 5000; line++) {
            String message = "{\"n\":" + line + ",\"text\":\"" + "y".repeat(random.nextInt(300)) + "\"}";
            file.writeBytes(answered(line, 200, message).bytes());
            expected.append(succeeded(line, message));
        }
        assertThat(results(file.toByteArray(), ResultKind.OUTPUT)).isEqualTo(expected.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            400 | {"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: Field required"}} | invalid_request_error | max_tokens: Field required
            529 | {"error":{"message":"busy","type":"overloaded_error"},"type":"error"} | overloaded_error | busy
            400 | {"error":{"message":"bad","type":"BadRequestError","param":null,"code":400}} | invalid_request_error | bad
            404 | {"message":"no such model","object":"error"} | not_found_error | no such model
            413 | {"error":"too long"} | request_too_large | too long
            500 | {"detail":[1]} | api_error | The model's answer is not a message.
            200 | {"error":{"message":"<html>","type":"server_error","param":null,"code":null}} | api_error | <html>
            """)
    void errorsOfModelsShouldBeErrored(int status, String body, String type, String message) throws IOException {
        byte[] line = ResultLine.answered(
                        BATCH,
                        1,
                        id(1),
                        status,
                        "req",
                        AnswerBody.of(
                                new Answer.InMemory(body.getBytes(StandardCharsets.UTF_8)),
                                new AnswerHead(status, "application/json", Optional.empty())))
                .bytes();
        assertThat(results(line, ResultKind.ERROR)).isEqualTo(errored(1, type, message));
    }

    @ParameterizedTest
    @CsvSource({"request_timeout,timeout_error", "server_error,api_error", "model_not_found,not_found_error"})
    void errorsOfTheGatewayShouldBeErrored(String code, String type) throws IOException {
        byte[] line = ResultLine.failed(BATCH, 1, id(1), code, "it \"failed\"").bytes();
        assertThat(results(line, ResultKind.ERROR)).isEqualTo(errored(1, type, "it \\\"failed\\\""));
    }

    @ParameterizedTest
    @CsvSource({"batch_cancelled,canceled", "batch_settled,canceled", "batch_expired,expired"})
    void requestsThatNeverRanShouldSaySo(String code, String type) throws IOException {
        byte[] line = ResultLine.failed(BATCH, 1, id(1), code, "never").bytes();
        assertThat(results(line, ResultKind.ERROR))
                .isEqualTo("{\"custom_id\":\"id \\u00e4 1\",\"result\":{\"type\":\"" + type + "\"}}\n");
    }

    @Test
    void anErrorOfAnySizeShouldBeReadToItsEnd() throws IOException {
        String body = "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"m\"},\"x\":\""
                + "x".repeat(1_000_000) + "\"}";
        byte[] file = file(answered(1, 400, body), answered(2, 400, body));

        assertThat(results(file, ResultKind.ERROR))
                .isEqualTo(errored(1, "invalid_request_error", "m") + errored(2, "invalid_request_error", "m"));
    }

    @Test
    void aTruncatedOutputFileShouldFail() throws IOException {
        byte[] whole = answered(1, 200, "{\"type\":\"message\"}").bytes();
        byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 5);
        assertThatThrownBy(() -> results(cut, ResultKind.OUTPUT)).isInstanceOf(IOException.class);
    }

    @Test
    void everyRequestOfAnUnplannedBatchShouldHaveTheSameOutcome() throws IOException {
        String input =
                "\ufeff{\"custom_id\":\"a\",\"body\":{}}\n\n{\"body\":{},\"custom_id\":\"b\"}\nnot JSON\n{\"x\":1}\n";
        UnplannedMessages lines = new UnplannedMessages(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), 1000, MessageOutcome.CANCELED);
        assertThat(all(lines::next))
                .isEqualTo("{\"custom_id\":\"a\",\"result\":{\"type\":\"canceled\"}}\n"
                        + "{\"custom_id\":\"b\",\"result\":{\"type\":\"canceled\"}}\n");
    }

    private static byte[] id(int line) {
        return ("\"id \\u00e4 " + line + "\"").getBytes(StandardCharsets.UTF_8);
    }

    private static ResultLine answered(int line, int status, String body) throws IOException {
        return ResultLine.answered(
                BATCH,
                line,
                id(line),
                status,
                "req \"" + line + "\"",
                AnswerBody.of(
                        new Answer.InMemory(body.getBytes(StandardCharsets.UTF_8)),
                        new AnswerHead(status, "application/json", Optional.empty())));
    }

    private static String succeeded(int line, String message) {
        return "{\"custom_id\":\"id \\u00e4 " + line + "\",\"result\":{\"type\":\"succeeded\",\"message\":" + message
                + "}}\n";
    }

    private static String errored(int line, String type, String message) {
        return "{\"custom_id\":\"id \\u00e4 " + line
                + "\",\"result\":{\"type\":\"errored\",\"error\":{\"type\":\"error\",\"error\":{\"type\":\"" + type
                + "\",\"message\":\"" + message + "\"},\"request_id\":null}}}\n";
    }

    private static byte[] file(ResultLine... lines) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (ResultLine line : lines) {
            file.writeBytes(line.bytes());
        }
        return file.toByteArray();
    }

    private static String results(byte[] file, ResultKind kind) throws IOException {
        InputStream dribbling = new ByteArrayInputStream(file) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 10_007));
            }
        };
        MessageResultLines lines = new MessageResultLines(dribbling, kind);
        return all(lines::next);
    }

    private interface Source {
        byte[] next() throws IOException;
    }

    private static String all(Source source) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece = source.next(); piece.length > 0; piece = source.next()) {
            all.writeBytes(piece);
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
