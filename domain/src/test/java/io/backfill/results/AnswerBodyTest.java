package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backfill.batches.Usage;
import io.backfill.requests.RandomJson;
import io.backfill.requests.StrictJson;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerBodyTest {
    private static final String JSON = "application/json";

    @Test
    void anObjectShouldKeepEveryByte() {
        String answer =
                "{ \"a\" : 1.0, \"b\":1e400,\"a\":-0, \"é\":\"\\u00e9\\/\\n\", \"big\":12345678901234567890123 }";

        AnswerBody body = of(answer);

        assertThat(body.wrapped()).isFalse();
        assertThat(text(body)).isEqualTo(answer);
    }

    @Test
    void lineEndsBetweenTokensShouldBecomeSpacesAndNothingElse() {
        AnswerBody body = of("\r\n{\n\t\"a\":\r\n\"\\r\\n\"\n}\n");

        assertThat(text(body)).isEqualTo("  { \t\"a\":  \"\\r\\n\" } ");
        assertThat(body.wrapped()).isFalse();
    }

    @RepeatedTest(value = 300, failureThreshold = 1)
    void anyObjectShouldKeepEveryByteButLineEnds(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        String answer = new RandomJson(random).object(4).replace("\t", random.nextBoolean() ? "\n" : "\t");

        AnswerBody body = of(answer);

        assertThat(body.wrapped()).isFalse();
        assertThat(text(body)).isEqualTo(answer.replace('\n', ' ').replace('\r', ' '));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "<html><body>502 Bad \"Gateway\"</body></html>",
                "[{\"a\":1}]",
                "\"text\"",
                "17",
                "null",
                "{\"a\":1",
                "{\"a\":1}}",
                "{\"a\":1}{\"b\":2}",
                "{\"a\":NaN}",
                "{\"a\":\"\n\"}",
                "\uFEFF{\"a\":1}",
                "{\"a\":1}\u0000",
                "\u0000{\u0000}"
            })
    void whatIsNotOneObjectShouldBeWrappedAndQuoted(String answer) throws IOException {
        AnswerBody body = of(answer);

        assertThat(body.wrapped()).isTrue();
        assertThat(body.usage()).isEqualTo(Usage.NONE);
        assertThat(messageOf(body)).isEqualTo(answer);
        assertThat(text(body))
                .startsWith("{\"error\":{\"message\":\"")
                .endsWith("\",\"type\":\"server_error\",\"param\":null,\"code\":null}}")
                .doesNotContain("\n", "\r");
    }

    @Test
    void otherEncodingsShouldBeWrapped() {
        assertThat(AnswerBody.of("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE), JSON)
                        .wrapped())
                .isTrue();
        assertThat(AnswerBody.of("{\"a\":1}".getBytes(StandardCharsets.UTF_16BE), JSON)
                        .wrapped())
                .isTrue();
    }

    @Test
    void invalidUtf8ShouldBeWrappedAsValidUtf8() throws IOException {
        byte[] answer = "{\"a\":\"?\"}".getBytes(StandardCharsets.ISO_8859_1);
        answer[6] = (byte) 0xFF;

        AnswerBody body = AnswerBody.of(answer, JSON);

        assertThat(body.wrapped()).isTrue();
        assertThat(messageOf(body)).isEqualTo("{\"a\":\"\uFFFD\"}");
    }

    @Test
    void anEventStreamShouldBeWrappedWhateverIsInIt() throws IOException {
        AnswerBody body =
                AnswerBody.of("{\"a\":1}".getBytes(StandardCharsets.UTF_8), "Text/Event-Stream; charset=utf-8");

        assertThat(body.wrapped()).isTrue();
        assertThat(messageOf(body)).isEqualTo("{\"a\":1}");
    }

    @Test
    void theQuoteShouldEndAtFourKilobytesAndNotInsideACharacter() throws IOException {
        assertThat(messageOf(of("x".repeat(10_000)))).isEqualTo("x".repeat(4096));
        assertThat(messageOf(of("x" + "é".repeat(10_000)))).isEqualTo("x" + "é".repeat(2047));
        assertThat(messageOf(of("xyz" + "😀".repeat(10_000)))).isEqualTo("xyz" + "😀".repeat(1023));
        assertThat(AnswerBody.of(new byte[10_000], JSON).json()).hasSizeLessThan(30_000);
        byte[] continuations = new byte[10_000];
        Arrays.fill(continuations, (byte) 0x80);
        assertThat(AnswerBody.of(continuations, JSON).wrapped()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":3}} | 10 | 4 | 5 | 3 | 15
                    {"input_tokens":10,"output_tokens":5,"total_tokens":15,"input_tokens_details":{"cached_tokens":4},"output_tokens_details":{"reasoning_tokens":3}} | 10 | 4 | 5 | 3 | 15
                    {"prompt_tokens":8,"total_tokens":8} | 8 | 0 | 0 | 0 | 8
                    {"prompt_tokens":8,"completion_tokens":null,"prompt_tokens_details":null,"completion_tokens_details":{"x":[{"reasoning_tokens":9}]}} | 8 | 0 | 0 | 0 | 0
                    {"prompt_tokens":-3,"completion_tokens":1.5,"total_tokens":99999999999999999999} | 0 | 0 | 0 | 0 | 0
                    {"prompt_tokens":"7","completion_tokens":[1],"total_tokens":{"n":1},"prompt_tokens_details":[1,{"cached_tokens":5}]} | 0 | 0 | 0 | 0 | 0
                    {"prompt_tokens":999999999999999,"prompt_tokens_details":{"cached_tokens":true}} | 999999999999999 | 0 | 0 | 0 | 0
                    {} | 0 | 0 | 0 | 0 | 0
                    """)
    void usageShouldBeReadFromEveryEndpointsNames(
            String usage, long input, long cached, long output, long reasoning, long total) {
        AnswerBody body =
                of("{\"id\":\"x\",\"nested\":{\"usage\":{\"prompt_tokens\":77}},\"usage\":" + usage + ",\"z\":[1]}");

        assertThat(body.wrapped()).isFalse();
        assertThat(body.usage()).isEqualTo(new Usage(input, cached, output, reasoning, total));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"usage\":null}", "{\"usage\":5}", "{\"usage\":[{\"prompt_tokens\":1}]}", "{}"})
    void anAnswerWithoutUsageShouldCountNothing(String answer) {
        assertThat(of(answer).usage()).isEqualTo(Usage.NONE);
        assertThat(of(answer).wrapped()).isFalse();
    }

    /** Recovery reads usage back from the log: it must find what was counted when the line was appended. */
    @RepeatedTest(value = 300, failureThreshold = 1)
    void usageReadBackFromTheLineShouldBeTheOneCounted(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        RandomJson json = new RandomJson(random);
        String answer = "{\"a\":" + json.value(3) + ",\"usage\":{\"prompt_tokens\":" + random.nextInt()
                + ",\"total_tokens\":" + json.value(1) + "},\"b\":" + json.value(3) + "}";
        ResultLine line = ResultLine.answered(
                SeededIds.batch(1), 3, json.string().getBytes(StandardCharsets.UTF_8), 200, "req \"1\"", of(answer));

        assertThat(line.kind()).isEqualTo(ResultKind.OUTPUT);
        assertThat(AnswerBody.usageOfLine(line.bytes(), 0, line.bytes().length - 1))
                .contains(line.usage());
    }

    /** The result line adds levels of its own: an answer that was taken must still be readable in its line. */
    @Test
    void theDeepestAnswerThatIsTakenShouldBeReadBackFromItsLine() {
        for (int depth = 990; depth < 1010; depth++) {
            AnswerBody body =
                    of("{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + ",\"usage\":{\"total_tokens\":4}}");
            ResultLine line = ResultLine.answered(
                    SeededIds.batch(1), 3, "\"a\"".getBytes(StandardCharsets.UTF_8), 200, "r", body);

            assertThat(body.wrapped()).as("depth %s", depth).isEqualTo(depth > 999);
            assertThat(AnswerBody.usageOfLine(line.bytes(), 0, line.bytes().length - 1))
                    .as("depth %s", depth)
                    .contains(new Usage(0, 0, 0, 0, line.kind() == ResultKind.OUTPUT ? 4 : 0));
        }
    }

    private static AnswerBody of(String answer) {
        return AnswerBody.of(answer.getBytes(StandardCharsets.UTF_8), JSON);
    }

    private static String text(AnswerBody body) {
        return new String(body.json(), StandardCharsets.UTF_8);
    }

    private static String messageOf(AnswerBody body) throws IOException {
        try (JsonParser json = StrictJson.FACTORY.createParser(body.json())) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.VALUE_STRING && json.currentName().equals("message")) {
                    return json.getText();
                }
            }
        }
        throw new AssertionError("no message in " + text(body));
    }
}
