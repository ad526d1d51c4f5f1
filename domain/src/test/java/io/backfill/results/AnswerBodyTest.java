package io.backfill.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backfill.answers.Answer;
import io.backfill.batches.Usage;
import io.backfill.requests.RandomJson;
import io.backfill.requests.StrictJson;
import io.backfill.testing.MemorySpool;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
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
    void anObjectShouldKeepEveryByte() throws IOException {
        String answer =
                "{ \"a\" : 1.0, \"b\":1e400,\"a\":-0, \"é\":\"\\u00e9\\/\\n\", \"big\":12345678901234567890123 }";

        AnswerBody body = of(answer);

        assertThat(body.wrapped()).isFalse();
        assertThat(text(body)).isEqualTo(answer);
    }

    @Test
    void lineEndsBetweenTokensShouldBecomeSpacesAndNothingElse() throws IOException {
        AnswerBody body = of("\r\n{\n\t\"a\":\r\n\"\\r\\n\"\n}\n");

        assertThat(text(body)).isEqualTo("  { \t\"a\":  \"\\r\\n\" } ");
        assertThat(body.wrapped()).isFalse();
    }

    @RepeatedTest(value = 300, failureThreshold = 1)
    void anyObjectShouldKeepEveryByteButLineEnds(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        String answer = new RandomJson(random).object(4).replace("\t", random.nextBoolean() ? "\n" : "\t");

        AnswerBody body = of(answer);

        assertThat(body.wrapped()).isFalse();
        assertThat(text(body)).isEqualTo(answer.replace('\n', ' ').replace('\r', ' '));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
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
        assertThat(AnswerBody.of(new byte[10_000], JSON).json().length()).isLessThan(30_000);
        byte[] continuations = new byte[10_000];
        Arrays.fill(continuations, (byte) 0x80);
        assertThat(AnswerBody.of(continuations, JSON).wrapped()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":3}} | 10 | 4 | 5 | 3 | 15
                    {"input_tokens":10,"output_tokens":5,"total_tokens":15,"input_tokens_details":{"cached_tokens":4},"output_tokens_details":{"reasoning_tokens":3}} | 10 | 4 | 5 | 3 | 15
                    {"prompt_tokens":8,"total_tokens":8} | 8 | 0 | 0 | 0 | 8
                    {"prompt_tokens":8,"completion_tokens":null,"prompt_tokens_details":null,"completion_tokens_details":{"x":[{"reasoning_tokens":9}]}} | 8 | 0 | 0 | 0 | 8
                    {"prompt_tokens":-3,"completion_tokens":1.5,"total_tokens":99999999999999999999} | 0 | 0 | 0 | 0 | 0
                    {"prompt_tokens":"7","completion_tokens":[1],"total_tokens":{"n":1},"prompt_tokens_details":[1,{"cached_tokens":5}]} | 0 | 0 | 0 | 0 | 0
                    {"prompt_tokens":999999999999999,"prompt_tokens_details":{"cached_tokens":true}} | 999999999999999 | 0 | 0 | 0 | 999999999999999
                    {"input_tokens":10,"cache_read_input_tokens":30,"cache_creation_input_tokens":2,"output_tokens":5} | 42 | 30 | 5 | 0 | 47
                    {"input_tokens":10,"cache_read_input_tokens":null,"output_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":9}} | 10 | 0 | 5 | 0 | 15
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

    /** Recovery reads the usage from the log again and must find what was counted when the line was appended. */
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

    /** The result line adds levels of nesting. An answer that was accepted must still be readable within its line. */
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

    @Test
    void aByteOrderMarkShouldBeLeftOut() throws IOException {
        AnswerBody body = of("\uFEFF{\"a\":\n1}");

        assertThat(body.wrapped()).isFalse();
        assertThat(text(body)).isEqualTo("{\"a\": 1}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"prompt_tokens\":5,\"completion_tokens\":7,\"total_tokens\":null}",
                "{\"prompt_tokens\":5,\"completion_tokens\":7}",
                "{\"prompt_tokens\":5,\"completion_tokens\":7,\"total_tokens\":12,\"prompt_tokens_details\":null}",
                "{\"input_tokens\":5,\"output_tokens\":7,\"total_tokens\":\"?\",\"output_tokens_details\":[]}",
            })
    void theSumShouldBeThatOfThePartsWhereItIsMissing(String usage) throws IOException {
        assertThat(of("{\"usage\":" + usage + "}").usage()).isEqualTo(new Usage(5, 0, 7, 0, 12));
        assertThat(of("{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":null,\"total_tokens\":null}}")
                        .usage())
                .isEqualTo(new Usage(5, 0, 0, 0, 5));
    }

    @Test
    void aRedirectAndAnEmptyAnswerShouldBeNamed() throws IOException {
        AnswerHead redirect = new AnswerHead(302, "text/html", Optional.of("https://login.example/"));

        assertThat(messageOf(AnswerBody.of(Answer.of(new byte[0]), redirect)))
                .isEqualTo("The model answered with status 302, a redirect to https://login.example/,"
                        + " which is not followed.");
        assertThat(messageOf(AnswerBody.of(Answer.of("<a>".getBytes(StandardCharsets.UTF_8)), redirect)))
                .isEqualTo("The model answered with status 302, a redirect to https://login.example/,"
                        + " which is not followed: <a>");
        assertThat(messageOf(AnswerBody.of(Answer.of(new byte[0]), new AnswerHead(204, "", Optional.empty()))))
                .isEqualTo("The model answered with status 204 and an empty body.");
    }

    @RepeatedTest(value = 300, failureThreshold = 1)
    void aSpooledAnswerShouldBecomeTheSameAsOneInMemory(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        RandomJson json = new RandomJson(random);
        String answer = (random.nextInt(4) == 0 ? "\uFEFF" : "")
                + "{\"usage\":" + usage(random, json) + ",\n\"x\":" + json.object(3) + ",\"usage\":"
                + usage(random, json)
                + "}" + (random.nextInt(6) == 0 ? "}" : "\r\n");
        MemorySpool spool = new MemorySpool(answer.getBytes(StandardCharsets.UTF_8));

        AnswerBody inMemory = of(answer);
        AnswerBody spooled = AnswerBody.of(new Answer.Spooled(spool, 0), new AnswerHead(200, JSON, Optional.empty()));
        ResultLine line = line(inMemory);
        ResultLine large = line(spooled);

        assertThat(spooled.wrapped()).isEqualTo(inMemory.wrapped());
        assertThat(spooled.usage()).as(answer).isEqualTo(inMemory.usage());
        assertThat(spool.isClosed()).isEqualTo(inMemory.wrapped());
        try (InputStream in = large.content().open()) {
            assertThat(in.readAllBytes()).isEqualTo(line.bytes()).hasSize((int) large.length());
        }
        large.close();
        assertThat(spool.isClosed()).isTrue();
    }

    @Test
    void anAnswerThatCannotBeReadShouldBeClosed() {
        MemorySpool spool = new MemorySpool(new byte[10]).breaks();

        assertThatThrownBy(
                        () -> AnswerBody.of(new Answer.Spooled(spool, 0), new AnswerHead(200, JSON, Optional.empty())))
                .isInstanceOf(IOException.class);
        assertThat(spool.isClosed()).isTrue();
    }

    private static String usage(Random random, RandomJson json) {
        String[] names = {
            "prompt_tokens",
            "input_tokens",
            "completion_tokens",
            "output_tokens",
            "total_tokens",
            "prompt_tokens_details",
            "output_tokens_details",
            "cache_read_input_tokens",
            "cache_creation_input_tokens",
            "\\u0070rompt_tokens",
            "other"
        };
        StringBuilder usage = new StringBuilder("{");
        for (int members = random.nextInt(7); members > 0; members--) {
            usage.append(usage.length() == 1 ? "" : ",").append('"').append(names[random.nextInt(names.length)]);
            usage.append("\":")
                    .append(
                            switch (random.nextInt(7)) {
                                case 0 -> "null";
                                case 1 -> "[{\"cached_tokens\":3},4]";
                                case 2 ->
                                    "{\"cached_tokens\":" + random.nextInt(100) + ",\"reasoning_tokens\":"
                                            + random.nextInt(100) + ",\"cached_tokens\":{\"cached_tokens\":9}}";
                                case 3 -> json.object(2);
                                case 4 ->
                                    "{\"cached_tokens\":" + random.nextInt(100) + ",\"reasoning_tokens\":"
                                            + random.nextInt(100) + "}";
                                default ->
                                    new String[] {"12", "0", "-0", "-7", "1.5", "1e2", "123456789012345678901"}
                                            [random.nextInt(7)];
                            });
        }
        return usage.append("}").toString();
    }

    private static ResultLine line(AnswerBody body) {
        return ResultLine.answered(SeededIds.batch(1), 3, "\"é\"".getBytes(StandardCharsets.UTF_8), 200, "req", body);
    }

    private static AnswerBody of(String answer) {
        return AnswerBody.of(answer.getBytes(StandardCharsets.UTF_8), JSON);
    }

    private static String text(AnswerBody body) throws IOException {
        return new String(body.json().bytes(), StandardCharsets.UTF_8);
    }

    private static String messageOf(AnswerBody body) throws IOException {
        try (JsonParser json = StrictJson.FACTORY.createParser(body.json().bytes())) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.VALUE_STRING && json.currentName().equals("message")) {
                    return json.getText();
                }
            }
        }
        throw new AssertionError("no message in " + text(body));
    }
}
