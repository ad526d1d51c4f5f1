package io.backfill.requests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageRequestsTest {
    private static final String PARAMS = "{\"model\":\"m\"}";

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8000, 1_000_000})
    void paramsShouldBecomeBodiesByteForByteHoweverTheyArrive(int atOnce) throws IOException {
        String params =
                "{ \"model\" : \"m\", \"max_tokens\":1.0, \"x\": 12345678901234567890, \"t\":\"\\u0000 ü 测 \\n\", \"a\":[{},[]]}";
        String id = "\"caf\\u00e9 \\\"1\\\"\"";

        String lines = read(
                " {\"requests\" : [ {\"custom_id\":" + id + ",\"params\":" + params + "} ,\n{\"params\":" + PARAMS
                        + ",\"custom_id\":\"2\"}]}\n",
                atOnce);

        assertThat(lines)
                .isEqualTo("{\"custom_id\":" + id + ",\"method\":\"POST\",\"url\":\"/v1/messages\",\"body\":" + params
                        + "}\n{\"custom_id\":\"2\",\"method\":\"POST\",\"url\":\"/v1/messages\",\"body\":" + PARAMS
                        + "}\n");
    }

    @Test
    void lineEndsBetweenTokensShouldBecomeSpaces() throws IOException {
        assertThat(read("{\"requests\":[{\"custom_id\":\"1\",\"params\":{\r\n  \"model\":\n\"m\"\n}}]}", 100))
                .endsWith("\"body\":{    \"model\": \"m\" }}\n");
    }

    @Test
    void manyRequestsShouldNotBeRetained() throws IOException {
        StringBuilder body = new StringBuilder("{\"requests\":[");
        for (int i = 0; i < 2000; i++) {
            body.append(i == 0 ? "" : ",")
                    .append("{\"custom_id\":\"")
                    .append(i)
                    .append("\",\"params\":{\"model\":\"m\",\"text\":\"")
                    .append("x".repeat(i % 900))
                    .append("\"}}");
        }
        String lines = read(body.append("]}").toString(), 3000);

        assertThat(lines.lines()).hasSize(2000).allMatch(line -> line.endsWith("\"}}"));
        assertThat(lines.length()).isGreaterThan(10 * (1000 + 64 * 1024));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            [] | The request body must be a JSON object
            {} | requests: Field required
            {"request":[]} | request: Extra inputs are not permitted
            {"requests":{}} | requests: Input should be a valid array
            {"requests":[]} | requests: at least one request is required
            {"requests":[7]} | requests.0: Input should be an object
            {"requests":[{"params":{"model":"m"}}]} | requests.0.custom_id: Field required
            {"requests":[{"custom_id":"1"}]} | requests.0.params: Field required
            {"requests":[{"custom_id":1,"params":{"model":"m"}}]} | requests.0.custom_id: Input should be a valid string
            {"requests":[{"custom_id":"","params":{"model":"m"}}]} | requests.0.custom_id: String should have 1 to 512 characters
            {"requests":[{"custom_id":"1","params":[]}]} | requests.0.params: Input should be an object
            {"requests":[{"custom_id":"1","params":{}}]} | requests.0.params.model: Field required
            {"requests":[{"custom_id":"1","params":{"model":7}}]} | requests.0.params.model: Input should be a valid string
            {"requests":[{"custom_id":"1","params":{"model":"x"}}]} | requests.0.params.model: no model x
            {"requests":[{"custom_id":"1","params":{"model":"m","stream":true}}]} | requests.0.params.stream: Streaming is not supported in a batch
            {"requests":[{"custom_id":"1","params":{"model":"m"},"x":1}]} | requests.0.x: Extra inputs are not permitted
            {"requests":[{"custom_id":"1","params":{"model":"m"}},{"custom_id":"1","params":{"model":"m"}}]} | requests.1.custom_id: '1' is not unique in this batch
            {"requests":[{"custom_id":"1","params":{"model":"m"}}],"x":1} | x: Extra inputs are not permitted
            {"requests":[{"custom_id":"1","params":{"model":"m"}}]} {} | The request body must be one JSON object
            """)
    void invalidRequestShouldBeNamed(String body, String message) {
        assertThatThrownBy(() -> read(body, 10))
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"requests\":[{\"custom_id\":\"1\",\"params\":{\"model\":\"m\"}}",
                "{\"requests\":[{]}"
            })
    void whatIsNotJsonShouldBeRefused(String body) {
        assertThatThrownBy(() -> read(body, 10))
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void textThatIsNotUtf8ShouldBeRefused() {
        byte[] body = ("{\"requests\":[{\"custom_id\":\"1\",\"params\":{\"model\":\"m\",\"x\":\"?\"}}]}")
                .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < body.length; i++) {
            if (body[i] == '?') {
                body[i] = (byte) 0xC0;
            }
        }
        assertThatThrownBy(() -> read(new ByteArrayInputStream(body))).isInstanceOf(BackfillException.class);
    }

    @Test
    void limitsShouldBeExact() throws IOException {
        String two = one("1", 0) + "," + one("2", 0);
        assertThat(read("{\"requests\":[" + two + "]}", 50, 2).lines()).hasSize(2);
        assertThatThrownBy(() -> read("{\"requests\":[" + two + "," + one("3", 0) + "]}", 50, 2))
                .hasMessage("requests: at most 2 requests are allowed in a batch");
        int frame = read("{\"requests\":[" + one("1", 0) + "]}", 50, 2).length() - 1;
        assertThat(read("{\"requests\":[" + one("1", 1000 - frame) + "]}", 50, 2))
                .hasSize(1001);
        assertThatThrownBy(() -> read("{\"requests\":[" + one("1", 1001 - frame) + "]}", 50, 2))
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE))
                .hasMessage("requests.0: larger than the 1000 bytes allowed");
        assertThatThrownBy(() -> read("{\"requests\":[" + one("1", 1_000_000) + "]}", 50, 2))
                .hasMessage("requests.0: larger than the 1000 bytes allowed");
    }

    private static String one(String id, int length) {
        return "{\"custom_id\":\"" + id + "\",\"params\":{\"model\":\"m\",\"x\":\"" + "x".repeat(length) + "\"}}";
    }

    private static String read(String body, int atOnce) throws IOException {
        return read(body, atOnce, 5000);
    }

    private static String read(String body, int atOnce, int most) throws IOException {
        InputStream whole = new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
        return read(
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        return whole.read();
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) throws IOException {
                        return whole.read(into, offset, Math.min(length, atOnce));
                    }
                },
                most);
    }

    private static String read(InputStream body) throws IOException {
        return read(body, 5000);
    }

    private static String read(InputStream body, int most) throws IOException {
        Set<String> seen = new HashSet<>();
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        try (MessageRequests requests = new MessageRequests(
                body,
                new MessageRequests.Rules(
                        new MessageLimits(most, 1_000_000),
                        1000,
                        model -> model.equals("m") ? Optional.empty() : Optional.of("no model " + model),
                        seen::add))) {
            for (byte[] line = requests.next(); line.length > 0; line = requests.next()) {
                lines.writeBytes(line);
            }
        }
        return lines.toString(StandardCharsets.UTF_8);
    }
}
