package io.backfill.requests;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.LineError;
import io.backfill.testing.SeededRandom;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestLineScannerTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String GOOD =
            "{\"custom_id\":\"r-1\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"messages\":[]}}";

    private final Set<String> seen = new HashSet<>();
    private Optional<String> onlyModel = Optional.empty();
    private final RequestLineScanner scanner = new RequestLineScanner();

    @Test
    void aGoodLineShouldGiveIdModelAndPlaces() {
        ScannedLine.Request request = good(GOOD);

        assertThat(request.customId()).isEqualTo("r-1");
        assertThat(request.model()).isEqualTo("m");
        assertThat(GOOD.substring(request.idStart(), request.idStart() + request.idLength()))
                .isEqualTo("\"r-1\"");
        assertThat(GOOD.substring(request.bodyStart(), request.bodyStart() + request.bodyLength()))
                .isEqualTo("{\"model\":\"m\",\"messages\":[]}");
    }

    @Test
    void placesShouldCountFromTheLineAndNotFromTheBuffer() {
        byte[] line = GOOD.getBytes(StandardCharsets.UTF_8);
        byte[] buffer = new byte[line.length + 500];
        Arrays.fill(buffer, (byte) '}');
        System.arraycopy(line, 0, buffer, 300, line.length);

        ScannedLine scanned = scanner.scan(new Line(7, 99, buffer, 300, line.length, false, false), rules(CHAT));

        seen.clear();
        assertThat(scanned).isEqualTo(good(GOOD));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "}",
                "x",
                "{\"custom_id\":\"a\"",
                "{\"custom_id\":\"a}",
                "{\"a\":1}{\"b\":2}",
                "{\"a\":1} x",
                "{\"a\":1},",
                "{'a':1}",
                "{\"a\":1,}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":NaN}",
                "{\"a\":True}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"tab\there\"}",
                "{\"a\u0001\":1}",
                "{\"a\":1 /* no */}",
                "{\"a\":\"\u0000\"}",
                "\u0000",
                "{}\u0000",
                "\uFEFF{\"a\":1}",
                "\f{}",
                "[1,2",
                "\"open"
            })
    void whatIsNotOneJsonValueShouldBeRefusedAsSuch(String line) {
        assertThat(bad(line)).isEqualTo(notJson());
    }

    @Test
    void invalidUtf8ShouldBeRefusedAsNotJson() {
        byte[] line = GOOD.replace("r-1", "r?1").getBytes(StandardCharsets.ISO_8859_1);
        line[GOOD.indexOf("r-1") + 1] = (byte) 0xE9;

        assertThat(scanner.scan(new Line(7, 0, line, 0, line.length, false, false), rules(CHAT)))
                .isEqualTo(new ScannedLine.Bad(notJson()));
    }

    /** A parser that guesses the encoding accepts these as JSON, with positions that do not exist. */
    @Test
    void otherEncodingsShouldBeRefusedAsNotJson() {
        for (Charset charset : List.of(
                StandardCharsets.UTF_16LE,
                StandardCharsets.UTF_16BE,
                StandardCharsets.UTF_32LE,
                StandardCharsets.UTF_32BE)) {
            byte[] line = GOOD.getBytes(charset);
            assertThat(scanner.scan(new Line(7, 0, line, 0, line.length, false, false), rules(CHAT)))
                    .as(charset.name())
                    .isEqualTo(new ScannedLine.Bad(notJson()));
        }
    }

    @Test
    void nestingWithoutEndShouldBeRefusedAndNotExhaustTheStack() {
        assertThat(bad("[".repeat(2_000_000))).isEqualTo(notJson());
        assertThat(bad("{\"custom_id\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}"))
                .isEqualTo(notJson());
    }

    @Test
    void deepButSaneNestingShouldBeGood() {
        String deep = "[".repeat(900) + "]".repeat(900);

        assertThat(good(GOOD.replace("[]", deep)).bodyLength())
                .isEqualTo("{\"model\":\"m\",\"messages\":}".length() + 1800);
    }

    @Test
    void numbersOfAnySizeShouldBeGood() {
        good(GOOD.replace("[]", "[1e400,-0.0," + "9".repeat(100_000) + ",1." + "5".repeat(50_000) + "e-99999999]"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    []      | an array
                    "text"  | a string
                    12      | an integer
                    1.5     | a decimal number
                    true    | a boolean
                    null    | null
                    """)
    void aLineThatIsNoObjectShouldBeRefusedByItsType(String line, String kind) {
        assertThat(bad(line))
                .isEqualTo(error(
                        "invalid_type",
                        "Invalid type for the line: expected an object, but got " + kind + " instead.",
                        ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"custom_id", "method", "url", "body"})
    void aMissingFieldShouldBeNamed(String field) {
        assertThat(bad(GOOD.replace("\"" + field + "\"", "\"not_" + field + "\"")))
                .isEqualTo(error("missing_required_parameter", "Missing required parameter: '" + field + "'.", field));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    custom_id | "r-1"                  | 12       | a string  | an integer
                    custom_id | "r-1"                  | null     | a string  | null
                    custom_id | "r-1"                  | {"a":{}} | a string  | an object
                    method    | "POST"                 | ["POST"] | a string  | an array
                    url       | "/v1/chat/completions" | false    | a string  | a boolean
                    body.model | "m"                   | 1.5      | a string  | a decimal number
                    body.model | "m"                   | null     | a string  | null
                    """)
    void aFieldOfTheWrongTypeShouldBeNamed(String field, String value, String other, String expected, String got) {
        assertThat(bad(GOOD.replace(value, other)))
                .isEqualTo(error(
                        "invalid_type",
                        "Invalid type for '" + field + "': expected " + expected + ", but got " + got + " instead.",
                        field));
    }

    @Test
    void aBodyThatIsNoObjectShouldBeRefused() {
        String line = "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"" + CHAT + "\",\"body\":\"text\"}";

        assertThat(bad(line))
                .isEqualTo(error(
                        "invalid_type",
                        "Invalid type for 'body': expected an object, but got a string instead.",
                        "body"));
    }

    @Test
    void anotherMethodShouldBeRefused() {
        assertThat(bad(GOOD.replace("POST", "GET")))
                .isEqualTo(error("invalid_value", "Invalid value: 'GET'. Supported values are: 'POST'.", "method"));
        assertThat(bad(GOOD.replace("POST", "post")).code()).isEqualTo("invalid_value");
    }

    @Test
    void anotherEndpointShouldBeRefused() {
        assertThat(bad(GOOD.replace(CHAT, "/v1/embeddings")))
                .isEqualTo(error(
                        "invalid_url", "The URL provided for this request does not match the batch endpoint.", "url"));
    }

    @Test
    void anUnknownEndpointShouldBeRefused() {
        assertThat(bad(GOOD.replace(CHAT, "/v1/x")))
                .isEqualTo(
                        error("url_not_found", "The provided url '/v1/x' is not supported by the Batch API.", "url"));
    }

    @Test
    void theSameIdAgainShouldBeRefusedAlsoWhenItIsSpelledOtherwise() {
        good(GOOD);

        assertThat(bad(GOOD.replace("r-1", "\\u0072-1")))
                .isEqualTo(error(
                        "duplicate_custom_id",
                        "The custom_id 'r-1' for this request is a duplicate of another request. The custom_id parameter"
                                + " must be unique for each request in a batch.",
                        "custom_id"));
    }

    @Test
    void anIdOf512CharactersShouldBeGoodAndOneMoreNot() {
        good(GOOD.replace("r-1", "😀".repeat(512)));

        assertThat(bad(GOOD.replace("r-1", "x".repeat(513))))
                .isEqualTo(error(
                        "string_above_max_length",
                        "Invalid 'custom_id': string too long. Expected a string with maximum length 512, but got a"
                                + " string with length 513 instead.",
                        "custom_id"));
    }

    @Test
    void aMissingModelShouldBeRefused() {
        assertThat(bad(GOOD.replace("\"model\":\"m\",", "")))
                .isEqualTo(error("missing_required_parameter", "Missing required parameter: 'model'.", "body.model"));
    }

    @Test
    void anUnknownModelShouldBeRefused() {
        assertThat(bad(GOOD.replace("\"m\"", "\"unknown/x\"")))
                .isEqualTo(error(
                        "model_not_found",
                        "The provided model 'unknown/x' is not supported by the Batch API.",
                        "body.model"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\\u0000b", "a\\nb", "\\ud800", "\\udc00x"})
    void aModelNameThatABackendCannotKeepShouldBeNobodys(String name) {
        assertThat(bad(GOOD.replace("\"m\"", "\"" + name + "\"")).code()).isEqualTo("model_not_found");
    }

    @Test
    void aVeryLongModelNameShouldBeNobodysAndBeCutInTheMessage() {
        LineError error = bad(GOOD.replace("\"m\"", "\"" + "m".repeat(1_000_000) + "\""));

        assertThat(error.code()).isEqualTo("model_not_found");
        assertThat(error.message()).hasSizeLessThan(700).contains("mmm…'");
    }

    @Test
    void longTextsShouldBeCutInEveryMessage() {
        String huge = "z".repeat(1_000_000);

        assertThat(bad(GOOD.replace("POST", huge)).message()).hasSizeLessThan(700);
        assertThat(bad(GOOD.replace(CHAT, "/" + huge)).message()).hasSizeLessThan(700);
        assertThat(bad(GOOD.replace("r-1", huge)).message()).hasSizeLessThan(700);
    }

    @Test
    void messagesShouldHoldNothingThatUtf8OrADatabaseRefuses() {
        String odd = "a\\ud800b\\u0000c";
        good(GOOD.replace("r-1", odd));

        assertThat(bad(GOOD.replace("r-1", odd)).message()).contains("'a\uFFFDb\uFFFDc'");
        assertThat(bad(GOOD.replace("POST", odd).replace("r-1", "r-2")).message())
                .contains("'a\uFFFDb\uFFFDc'");
        assertThat(bad(GOOD.replace("POST", "😀").replace("r-1", "r-3")).message())
                .contains("'😀'");
    }

    @Test
    void anotherModelThanTheRestShouldBeRefusedWhereOnlyOneIsAllowed() {
        onlyModel = Optional.of("m");
        good(GOOD);

        assertThat(bad(GOOD.replace("r-1", "r-2").replace("\"m\"", "\"n\"")))
                .isEqualTo(error(
                        "mismatched_model",
                        "The model 'n' for this request does not match the rest of the batch. Each batch must contain"
                                + " requests for a single model.",
                        "body.model"));
    }

    @Test
    void streamingShouldBeRefused() {
        assertThat(bad(GOOD.replace("\"model\"", "\"stream\": true ,\"model\"")))
                .isEqualTo(error(
                        "streaming_unsupported",
                        "Chat Completions: Streaming is not supported in the Batch API.",
                        "body.stream"));
        good(GOOD.replace("\"model\"", "\"stream\":false,\"model\"").replace("r-1", "r-4"));
        for (String truth : List.of("\"true\"", "1", "\"\"", "0", "{}", "[]", "1.5")) {
            seen.clear();
            assertThat(bad(GOOD.replace("\"model\"", "\"stream\":" + truth + ",\"model\""))
                            .code())
                    .as(truth)
                    .isEqualTo("streaming_unsupported");
        }
        good(GOOD.replace("\"model\"", "\"stream\":null,\"model\"").replace("r-1", "r-2"));
        good(GOOD.replace("[]", "[{\"stream\":true}]").replace("r-1", "r-3"));
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions,messages",
        "/v1/completions,prompt",
        "/v1/embeddings,input",
        "/v1/responses,input",
        "/v1/moderations,input"
    })
    void theFieldThatTheEndpointNeedsShouldBeThere(String endpoint, String field) {
        String line =
                "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"" + endpoint + "\",\"body\":{\"model\":\"m\"}}";

        assertThat(scan(line, endpoint))
                .isEqualTo(new ScannedLine.Bad(error(
                        "missing_required_parameter",
                        "Missing required parameter: '" + field + "'.",
                        "body." + field)));
        assertThat(scan(line.replace("\"m\"", "\"m\",\"" + field + "\":null").replace("\"a\"", "\"b\""), endpoint))
                .isInstanceOf(ScannedLine.Request.class);
    }

    @Test
    void anEndpointThatIsOnlyAllowedShouldNotBeLookedInto() {
        assertThat(scan(
                        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/rerank\",\"body\":{\"model\":\"m\"}}",
                        "/v1/rerank"))
                .isInstanceOf(ScannedLine.Request.class);
    }

    /** Every line here also has all the faults of the lines below it. */
    @Test
    void theFirstFailingCheckShouldBeTheOneReported() {
        good(GOOD);
        String id = "\"custom_id\":\"r-1\"";
        String method = "\"method\":\"POST\"";
        String badBody = "\"body\":{\"stream\":true,\"model\":\"unknown\"}";
        assertThat(bad("{\"custom_id\":1,\"method\":\"GET\",\"url\":2,\"body\":3")
                        .code())
                .isEqualTo("invalid_json_line");
        assertThat(bad("[{}]").code()).isEqualTo("invalid_type");
        assertThat(bad("{\"method\":\"GET\",\"url\":2,\"body\":3}").param()).contains("custom_id");
        assertThat(bad("{" + id + ",\"method\":\"GET\",\"url\":2,\"body\":3}").param())
                .contains("method");
        assertThat(bad("{" + id + "," + method + ",\"url\":2,\"body\":3}").param())
                .contains("url");
        assertThat(bad("{" + id + "," + method + ",\"url\":\"/v1/x\",\"body\":3}")
                        .param())
                .contains("body");
        assertThat(bad("{" + id + "," + method + ",\"url\":\"/v1/x\"," + badBody + "}")
                        .code())
                .isEqualTo("duplicate_custom_id");
        assertThat(bad("{\"custom_id\":\"new\"," + method + ",\"url\":\"/v1/x\"," + badBody + "}")
                        .code())
                .isEqualTo("url_not_found");
        assertThat(bad("{\"custom_id\":\"new2\"," + method + ",\"url\":\"" + CHAT + "\"," + badBody + "}")
                        .code())
                .isEqualTo("streaming_unsupported");
        assertThat(bad("{\"custom_id\":\"new3\"," + method + ",\"url\":\"" + CHAT
                                + "\",\"body\":{\"model\":\"unknown\"}}")
                        .code())
                .isEqualTo("model_not_found");
    }

    @Test
    void ofAKeyThatOccursTwiceTheLastShouldCount() {
        String line =
                "{\"custom_id\":7,\"custom_id\":\"r-1\",\"method\":\"GET\",\"method\":\"POST\",\"url\":\"/x\",\"url\":\""
                        + CHAT
                        + "\",\"body\":{\"model\":\"unknown\",\"stream\":true,\"messages\":1},\"body\":4,"
                        + "\"body\":{\"stream\":true,\"model\":\"n\",\"stream\":false,\"model\":\"m\",\"messages\":[2]}}";

        ScannedLine.Request request = good(line);

        assertThat(request.model()).isEqualTo("m");
        assertThat(line.substring(request.bodyStart(), request.bodyStart() + request.bodyLength()))
                .isEqualTo("{\"stream\":true,\"model\":\"n\",\"stream\":false,\"model\":\"m\",\"messages\":[2]}");
        assertThat(bad(line.replace("\"messages\":[2]", "\"x\":[2]").replace("r-1", "r-9"))
                        .param())
                .as("nothing of an earlier body counts")
                .contains("body.messages");
        assertThat(bad(line.substring(0, line.length() - 1) + ",\"body\":5}").param())
                .contains("body");
    }

    @Test
    void fieldsInsideOtherValuesShouldNotCount() {
        String line = "{\"x\":{\"custom_id\":\"no\",\"body\":{\"model\":\"no\"}},"
                + GOOD.substring(1).replace("[]", "{\"model\":\"unknown\",\"stream\":true,\"url\":\"no\"}");

        assertThat(good(line).customId()).isEqualTo("r-1");
    }

    @Test
    void keysThatAreSpelledWithEscapesShouldCount() {
        good(GOOD.replace("\"custom_id\"", "\"c\\u0075stom_id\"").replace("\"model\"", "\"\\u006dodel\""));
    }

    @Test
    void thePromptShouldBeToolsAndMessagesInWhateverOrderTheyStand() {
        String tools = "[{\"type\":\"function\", \"function\":{\"name\":\"f\"}}]";
        String messages =
                "[ {\"role\":\"system\",\"content\":\"Schr\u00f6dinger \\ud83d\\ude00 \\\"q\\\" ]\"},{\"role\":\"user\",\"content\":["
                        + "{\"type\":\"text\",\"text\":\"t\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:x\"}}]} ]";
        String salt = "\"s\\u0061lt\"";
        List<String> members = List.of(
                "\"tools\": " + tools,
                "\"messages\" :" + messages,
                "\"cache_salt\":" + salt,
                "\"instructions\":\"\"",
                "\"temperature\":0.1");
        for (int turn = 0; turn < members.size(); turn++) {
            List<String> turned = new ArrayList<>(members);
            Collections.rotate(turned, turn);
            String line = body(String.join(" , ", turned), CHAT);
            PromptBytes prompt = prompt(line, CHAT);

            assertThat(slice(line, prompt.toolsStart(), prompt.toolsLength())).isEqualTo(tools);
            assertThat(slice(line, prompt.instructionsStart(), prompt.instructionsLength()))
                    .isEqualTo("\"\"");
            assertThat(slice(line, prompt.conversationStart(), prompt.conversationLength()))
                    .isEqualTo(messages);
            assertThat(slice(line, prompt.saltStart(), prompt.saltLength())).isEqualTo(salt);
            assertThat(prompt.length()).isEqualTo(utf8(tools) + utf8(messages) + 2);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v1/chat/completions | messages | [{\"role\":\"user\",\"content\":null,\"tool_calls\":[{\"id\":1}]}]",
                "/v1/completions | prompt | \"say \\n \\u00e9 it\"",
                "/v1/completions | prompt | [\"first\",\"second\"]",
                "/v1/completions | prompt | [1, 2, 3]",
                "/v1/embeddings | input | [\"a\",[1,2]]",
                "/v1/responses | input | [{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"x\"}]}]",
                "/v1/moderations | input | \"\"",
                "/v1/completions | prompt | 17",
                "/v1/completions | prompt | null",
            })
    void theConversationShouldBeTheFieldOfItsEndpointWhateverItHolds(String endpoint, String field, String value) {
        for (String end : List.of("", " ", ",\"user\":\"u\"")) {
            String line = body("\"" + field + "\" : " + value + end, endpoint);
            PromptBytes prompt = prompt(line, endpoint);

            assertThat(slice(line, prompt.conversationStart(), prompt.conversationLength()))
                    .isEqualTo(value);
            assertThat(prompt.length()).isEqualTo(utf8(value));
            String body = line.substring(line.indexOf("{\"model\""), line.length() - 1);
            PromptBytes ofBody = PromptBytes.ofBody(body.getBytes(StandardCharsets.UTF_8), 0, utf8(body));
            assertThat(slice(body, ofBody.conversationStart(), ofBody.conversationLength()))
                    .isEqualTo(value);
        }
    }

    @Test
    void instructionsShouldComeBeforeTheInput() {
        String line = body("\"input\":\"hi\",\"instructions\":\"be kind\"", "/v1/responses");
        PromptBytes prompt = prompt(line, "/v1/responses");

        assertThat(slice(line, prompt.instructionsStart(), prompt.instructionsLength()))
                .isEqualTo("\"be kind\"");
        assertThat(prompt.saltLength() + prompt.toolsLength()).isZero();
    }

    @Test
    void thePromptOfAnEarlierBodyShouldNotCount() {
        String line = GOOD.replace(
                "\"body\":", "\"body\":{\"tools\":[1],\"cache_salt\":\"x\",\"max_tokens\":9,\"n\":3},\"body\":");
        PromptBytes prompt = prompt(line, CHAT);

        assertThat(prompt.saltLength() + prompt.toolsLength()).isZero();
        assertThat(prompt.maxTokens()).isEqualTo(-1);
        assertThat(slice(line, prompt.conversationStart(), prompt.conversationLength()))
                .isEqualTo("[]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"max_tokens\":100 | 100",
                "\"max_completion_tokens\":100,\"n\":3 | 300",
                "\"n\":2,\"max_output_tokens\":7 | 14",
                "\"n\":2 | -1",
                "\"max_tokens\":null | -1",
                "\"max_tokens\":\"100\" | -1",
                "\"max_tokens\":1.5 | -1",
                "\"max_tokens\":-3 | -1",
                "\"max_tokens\":99999999999999999999 | -1",
                "\"max_tokens\":2147483647,\"n\":9 | 2147483647",
                "\"max_tokens\":5,\"n\":\"x\" | 5",
            })
    void outputShouldBeWhatTheRequestAllows(String members, int expected) {
        assertThat(prompt(body("\"messages\":[]," + members, CHAT), CHAT).maxTokens())
                .isEqualTo(expected);
        assertThat(prompt(body("\"input\":[]," + members, "/v1/embeddings"), "/v1/embeddings")
                        .maxTokens())
                .isZero();
    }

    @Test
    void whatIsNoObjectShouldHaveNoPrompt() {
        for (String body : List.of("", "[]", "3", "{\"messages\":[", "x")) {
            assertThat(PromptBytes.ofBody(body.getBytes(StandardCharsets.UTF_8), 0, body.length())
                            .length())
                    .isZero();
        }
    }

    /** The oracle does not parse JSON: it knows the positions because it assembled the line. */
    @RepeatedTest(value = 1000, failureThreshold = 1)
    void placesShouldBeExactForAnyJson(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        RandomJson json = new RandomJson(random);
        String id = "\"" + random.nextInt() + json.string().substring(1);
        String model = random.nextBoolean() ? "\"m\"" : "\"\\u006d\"";
        StringBuilder body = new StringBuilder("{").append(json.space());
        List<String> members =
                new ArrayList<>(List.of("\"model\":" + json.space() + model, "\"messages\":" + json.value(3)));
        for (int i = random.nextInt(3); i > 0; i--) {
            members.add("\"k" + i + "\"" + json.space() + ":" + json.value(4));
        }
        Collections.shuffle(members, random);
        body.append(String.join(json.space() + "," + json.space(), members))
                .append(json.space())
                .append('}');
        List<String> fields =
                new ArrayList<>(List.of("I", "\"method\" : \"POST\"", "\"url\":\"/v1/chat\\/completions\"", "B"));
        for (int i = random.nextInt(3); i > 0; i--) {
            fields.add("\"é" + i + "\":" + json.value(3));
        }
        Collections.shuffle(fields, random);
        StringBuilder line = new StringBuilder(json.space()).append('{').append(json.space());
        int idStart = 0;
        int bodyStart = 0;
        for (String field : fields) {
            if (field.equals("I")) {
                line.append("\"custom_id\"").append(json.space()).append(':').append(json.space());
                idStart = utf8(line.toString());
                line.append(id);
            } else if (field.equals("B")) {
                line.append("\"body\"").append(json.space()).append(':').append(json.space());
                bodyStart = utf8(line.toString());
                line.append(body);
            } else {
                line.append(field);
            }
            line.append(json.space()).append(',').append(json.space());
        }
        line.append("\"end\":0").append(json.space()).append('}').append(json.space());

        ScannedLine.Request request = good(line.toString());

        assertThat(request.idStart()).isEqualTo(idStart);
        assertThat(request.idLength()).isEqualTo(utf8(id));
        assertThat(request.bodyStart()).isEqualTo(bodyStart);
        assertThat(request.bodyLength()).isEqualTo(utf8(body.toString()));
        assertThat(request.model()).isEqualTo("m");
    }

    @RepeatedTest(value = 2000, failureThreshold = 1)
    void noBytesShouldMakeTheScannerThrow(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        byte[] line = GOOD.getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            line[random.nextInt(line.length)] = (byte) random.nextInt(256);
        }

        assertThat(scanner.scan(new Line(7, 0, line, 0, line.length, false, false), rules(CHAT)))
                .isNotNull();
    }

    private PromptBytes prompt(String line, String endpoint) {
        seen.clear();
        ScannedLine scanned = scan(line, endpoint);
        assertThat(scanned).isInstanceOf(ScannedLine.Request.class);
        return ((ScannedLine.Request) scanned).prompt();
    }

    private static String body(String members, String endpoint) {
        return "{\"custom_id\":\"ä\",\"method\":\"POST\",\"url\":\"" + endpoint + "\",\"body\":{\"model\":\"m\","
                + members + "}}";
    }

    private static String slice(String line, int start, int length) {
        return new String(line.getBytes(StandardCharsets.UTF_8), start, length, StandardCharsets.UTF_8);
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/embeddings, messages",
        "/v1/embeddings, input",
        "/v1/responses, prompt",
        "/v1/responses, previous_response_id",
        "/v1/responses, input",
        "/v1/completions, prompt_embeds",
    })
    void alternativesOfTheRequiredFieldShouldCount(String endpoint, String field) {
        String line = "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"" + endpoint
                + "\",\"body\":{\"model\":\"m\",\"" + field + "\":\"x\"}}";
        assertThat(scan(line, endpoint)).isInstanceOf(ScannedLine.Request.class);
    }

    @Test
    void requiredFieldShouldBeLeftToTheModelWhereThatIsWanted() {
        String line = GOOD.replace("\"messages\":[]", "\"something\":1");
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        assertThat(bad(line).code()).isEqualTo("missing_required_parameter");
        seen.clear();
        LineRules checked = rules(CHAT);
        LineRules lenient = new LineRules(
                checked.endpoint(),
                checked.supportedEndpoints(),
                checked.knownModel(),
                checked.onlyModel(),
                checked.firstSeen(),
                false);
        assertThat(scanner.scan(new Line(7, 0, bytes, 0, bytes.length, false, false), lenient))
                .isInstanceOf(ScannedLine.Request.class);
    }

    private static LineError notJson() {
        return error("invalid_json_line", "This line is not parseable as valid JSON.", "");
    }

    private static LineError error(String code, String message, String param) {
        return LineError.ofLine(7, code, message, param);
    }

    private ScannedLine.Request good(String line) {
        ScannedLine scanned = scan(line, CHAT);
        assertThat(scanned).isInstanceOf(ScannedLine.Request.class);
        return (ScannedLine.Request) scanned;
    }

    private LineError bad(String line) {
        ScannedLine scanned = scan(line, CHAT);
        assertThat(scanned).isInstanceOf(ScannedLine.Bad.class);
        return ((ScannedLine.Bad) scanned).error();
    }

    private ScannedLine scan(String line, String endpoint) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return scanner.scan(new Line(7, 0, bytes, 0, bytes.length, false, false), rules(endpoint));
    }

    private LineRules rules(String endpoint) {
        return new LineRules(
                endpoint,
                path -> path.equals("/v1/embeddings"),
                model -> !model.startsWith("unknown"),
                () -> onlyModel,
                seen::add,
                true);
    }
}
