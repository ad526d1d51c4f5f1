package io.backfill.api.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of {@code /v1/batches} that need no batch to be processed. */
public interface BatchesContract {
    String INPUT = "file-00000000000000000000000000000000";

    ApiClient client();

    /** Returns a client of another tenant. */
    ApiClient stranger();

    private static String request(String more) {
        return "{\"input_file_id\":\"" + INPUT
                + "\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"" + more + "}";
    }

    private Answer create(String more, String... headers) {
        return client().postJson("/v1/batches", request(more), headers);
    }

    @Test
    default void newBatchShouldHaveEveryKey() {
        Answer answer = create("").expect(200);
        JsonNode batch = answer.json();
        List<String> members = new ArrayList<>();
        batch.fieldNames().forEachRemaining(members::add);
        assertThat(members)
                .containsExactlyInAnyOrder(
                        "id",
                        "object",
                        "endpoint",
                        "model",
                        "errors",
                        "input_file_id",
                        "completion_window",
                        "status",
                        "output_file_id",
                        "error_file_id",
                        "created_at",
                        "in_progress_at",
                        "expires_at",
                        "finalizing_at",
                        "completed_at",
                        "failed_at",
                        "expired_at",
                        "cancelling_at",
                        "cancelled_at",
                        "request_counts",
                        "usage",
                        "metadata",
                        "backfill");
        for (String member : members) {
            boolean reached = List.of(
                            "id",
                            "object",
                            "endpoint",
                            "input_file_id",
                            "completion_window",
                            "status",
                            "created_at",
                            "expires_at",
                            "request_counts",
                            "usage",
                            "backfill")
                    .contains(member);
            assertThat(batch.get(member).isNull()).as(member).isEqualTo(!reached);
        }
        assertThat(answer.at("id")).matches("batch_[0-9a-f]{32}");
        assertThat(Long.parseLong(answer.at("id").substring(6, 14), 16))
                .isEqualTo(batch.get("created_at").asLong());
        assertThat(answer.at("object")).isEqualTo("batch");
        assertThat(answer.at("status")).isEqualTo("validating");
        assertThat(answer.at("input_file_id")).isEqualTo(INPUT);
        assertThat(batch.get("request_counts").toString()).isEqualTo("{\"total\":0,\"completed\":0,\"failed\":0}");
        assertThat(batch.get("usage").toString())
                .isEqualTo("{\"input_tokens\":0,\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":0,"
                        + "\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":0}");
        assertThat(batch.get("expires_at").asLong() - batch.get("created_at").asLong())
                .isEqualTo(86_400);
        assertThat(answer.text()).endsWith("}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"input_file_id", "endpoint", "completion_window"})
    default void eachMemberShouldBeRequired(String member) {
        client().postJson("/v1/batches", request("").replace("\"" + member + "\"", "\"other\""))
                .expectError(
                        400, "Missing required parameter: '" + member + "'.", member, "missing_required_parameter");
    }

    @Test
    default void unknownEndpointShouldBeRefused() {
        JsonNode error = client().postJson("/v1/batches", request("").replace("chat/completions", "x"))
                .expectError(400);
        assertThat(error.get("message").asText())
                .startsWith("Invalid value: '/v1/x'. Supported values are: '/v1/chat/completions', ")
                .contains("'/v1/embeddings'", "'/v1/responses'", " and '/v1/")
                .endsWith("'.");
        assertThat(error.get("param").asText()).isEqualTo("endpoint");
        assertThat(error.get("code").asText()).isEqualTo("invalid_value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-5s", "1y", "31d", "59s", "24 h", "", "0h", "1.5h", "999999999999d"})
    default void badWindowShouldBeRefused(String window) {
        JsonNode error = client().postJson("/v1/batches", request("").replace("24h", window))
                .expectError(400);
        assertThat(error.get("message").asText())
                .startsWith("Invalid value: '" + window + "'. Expected a duration such as '24h'");
        assertThat(error.get("param").asText()).isEqualTo("completion_window");
        assertThat(error.get("code").asText()).isEqualTo("invalid_value");
    }

    @ParameterizedTest
    @CsvSource({"90m, 5400", "24h, 86400", "30d, 2592000", "60s, 60", "1m, 60"})
    default void windowShouldBeEchoedAndKept(String window, long seconds) {
        JsonNode batch = client().postJson("/v1/batches", request("").replace("24h", window))
                .expect(200)
                .json();
        assertThat(batch.get("completion_window").asText()).isEqualTo(window);
        assertThat(batch.get("expires_at").asLong() - batch.get("created_at").asLong())
                .isEqualTo(seconds);
    }

    private static String metadata(int pairs, int keyLength, String value) {
        return ",\"metadata\":{"
                + IntStream.range(0, pairs)
                        .mapToObj(i -> "\"" + "k".repeat(keyLength - 2) + (10 + i) + "\":\"" + value + "\"")
                        .collect(Collectors.joining(","))
                + "}";
    }

    @Test
    default void metadataShouldBeMeasuredInCharactersAndEchoed() {
        String emoji = "🙂".repeat(512);
        JsonNode batch = create(metadata(16, 64, emoji)).expect(200).json();
        assertThat(batch.get("metadata")).hasSize(16);
        assertThat(batch.get("metadata").get("k".repeat(62) + "25").asText()).isEqualTo(emoji);
        assertThat(client().get("/v1/batches/" + batch.get("id").asText())
                        .expect(200)
                        .json()
                        .get("metadata"))
                .isEqualTo(batch.get("metadata"));
        create(metadata(17, 5, "v"))
                .expectError(
                        400,
                        "Invalid 'metadata': too many properties. Expected an object with at most 16 properties,"
                                + " but got an object with 17 properties instead.",
                        "metadata",
                        "object_above_max_properties");
        String key = "k".repeat(63) + "10";
        create(metadata(1, 65, "v"))
                .expectError(
                        400,
                        "Invalid property name in 'metadata': '" + key + "' is too long. Expected a string with maximum"
                                + " length 64, but got a string with length 65 instead.",
                        "metadata." + key,
                        "property_name_above_max_length");
        create(metadata(1, 3, "🙂".repeat(513)))
                .expectError(
                        400,
                        "Invalid 'metadata.k10': string too long. Expected a string with maximum length 512,"
                                + " but got a string with length 513 instead.",
                        "metadata.k10",
                        "string_above_max_length");
    }

    @Test
    default void metadataShouldComeBackInItsOrder() {
        String metadata = "{\"z\":\"1\",\"a\":\"\",\"m\":\"ü \\\" \\\\ \\n\"}";
        String id = create(",\"metadata\":" + metadata).expect(200).at("id");
        assertThat(client().get("/v1/batches/" + id).expect(200).text()).contains("\"metadata\":" + metadata);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"metadata\":{\"tags\":[1]}|metadata.tags|a string|an array",
                "\"metadata\":{\"n\":1}|metadata.n|a string|an integer",
                "\"metadata\":{\"n\":1.5}|metadata.n|a string|a decimal number",
                "\"metadata\":{\"n\":null}|metadata.n|a string|null",
                "\"metadata\":{\"n\":{}}|metadata.n|a string|an object",
                "\"metadata\":{\"n\":true}|metadata.n|a string|a boolean",
                "\"metadata\":\"x\"|metadata|an object|a string",
                "\"metadata\":[]|metadata|an object|an array",
                "\"endpoint\":7|endpoint|a string|an integer",
                "\"input_file_id\":null|input_file_id|a string|null",
                "\"completion_window\":{}|completion_window|a string|an object",
                "\"output_expires_after\":3600|output_expires_after|an object|an integer",
                "\"output_expires_after\":{\"anchor\":\"created_at\",\"seconds\":\"3600\"}"
                        + "|output_expires_after.seconds|an integer|a string"
            })
    default void wrongTypesShouldBeNamed(String member, String param, String expected, String actual) {
        create("," + member)
                .expectError(
                        400,
                        "Invalid type for '" + param + "': expected " + expected + ", but got " + actual + " instead.",
                        param,
                        "invalid_type");
    }

    @Test
    default void lifeOfTheOutputShouldBeChecked() {
        create(",\"output_expires_after\":{\"anchor\":\"created_at\",\"seconds\":3600}")
                .expect(200);
        create(",\"output_expires_after\":null").expect(200);
        create(",\"output_expires_after\":{\"anchor\":\"created_at\",\"seconds\":10}")
                .expectError(
                        400,
                        "Invalid 'output_expires_after.seconds': integer below minimum value."
                                + " Expected a value >= 3600, but got 10 instead.",
                        "output_expires_after.seconds",
                        "integer_below_min_value");
        create(",\"output_expires_after\":{\"anchor\":\"x\",\"seconds\":3600}")
                .expectError(
                        400,
                        "Invalid value: 'x'. Supported values are: 'created_at'.",
                        "output_expires_after.anchor",
                        "invalid_value");
        create(",\"output_expires_after\":{\"anchor\":\"created_at\"}")
                .expectError(
                        400,
                        "Missing required parameter: 'output_expires_after.seconds'.",
                        "output_expires_after.seconds",
                        "missing_required_parameter");
    }

    @Test
    default void unknownMembersAndNullMetadataShouldBeFine() {
        JsonNode batch = create(",\"metadata\":null,\"custom_llm_provider\":\"x\",\"more\":{\"a\":[1]}")
                .expect(200)
                .json();
        assertThat(batch.get("metadata").isNull()).isTrue();
        assertThat(create(",\"metadata\":{}").expect(200).json().get("metadata"))
                .isEmpty();
    }

    @Test
    default void orderShouldBePrefixOrFile() {
        assertThat(create(",\"metadata\":{\"backfill.order\":\"file\"}")
                        .expect(200)
                        .json()
                        .get("metadata"))
                .isNotEmpty();
        create(",\"metadata\":{\"backfill.order\":\"prefix\"}").expect(200);
        create(",\"metadata\":{\"backfill.order\":\"random\"}")
                .expectError(
                        400,
                        "Invalid value: 'random'. Supported values are: 'prefix' and 'file'.",
                        "metadata.backfill.order",
                        "invalid_value");
    }

    @Test
    default void charactersNoDatabaseKeepsShouldBeRefused() {
        for (String character : List.of("\\u0000", "\\ud83d")) {
            JsonNode value =
                    create(",\"metadata\":{\"k\":\"" + character + "\"}").expectError(400);
            assertThat(value.get("param").asText()).isEqualTo("metadata.k");
            assertThat(value.get("code").asText()).isEqualTo("invalid_value");
            create(",\"metadata\":{\"" + character + "\":\"v\"}").expectError(400);
            client().postJson("/v1/batches", request("").replace(INPUT, character))
                    .expectError(400);
        }
        assertThat(create(",\"metadata\":{\"k\":\"\\ud83d\\ude42\"}")
                        .expect(200)
                        .json()
                        .get("metadata")
                        .get("k")
                        .asText())
                .isEqualTo("🙂");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\":1}}", "nonsense", "{\"a\":\"\u0001\"}"})
    default void bodyThatIsNotJsonShouldBeRefused(String body) {
        JsonNode error = client().postJson("/v1/batches", body).expectError(400);
        assertThat(error.get("message").asText()).startsWith("We could not parse the JSON body of your request.");
        assertThat(error.get("code").isNull()).isTrue();
    }

    @Test
    default void bodyThatIsNoObjectShouldBeRefused() {
        assertThat(client().postJson("/v1/batches", "[]")
                        .expectError(400)
                        .get("code")
                        .asText())
                .isEqualTo("invalid_type");
    }

    private List<String> ids(String query) {
        List<String> ids = new ArrayList<>();
        client().get("/v1/batches" + query)
                .expect(200)
                .json()
                .get("data")
                .forEach(batch -> ids.add(batch.get("id").asText()));
        return ids;
    }

    private List<String> createSome(int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(create("").expect(200).at("id"));
        }
        Collections.reverse(ids);
        return ids;
    }

    @Test
    default void listShouldHaveTwentyNewestFirst() {
        assertThat(client().get("/v1/batches").expect(200).text())
                .isEqualTo("{\"object\":\"list\",\"data\":[],\"first_id\":\"\",\"last_id\":\"\",\"has_more\":false}\n");
        List<String> ids = createSome(22);
        JsonNode page = client().get("/v1/batches").expect(200).json();
        assertThat(page.get("has_more").asBoolean()).isTrue();
        assertThat(page.get("first_id").asText()).isEqualTo(ids.get(0));
        assertThat(page.get("last_id").asText()).isEqualTo(ids.get(19));
        assertThat(ids("")).isEqualTo(ids.subList(0, 20));
        assertThat(ids("?limit=100")).isEqualTo(ids);
        assertThat(ids("?after=" + ids.get(19))).isEqualTo(ids.subList(20, 22));
        assertThat(ids("?after=" + ids.getLast())).isEmpty();
    }

    @Test
    default void pagesShouldStandStillWhileBatchesArrive() {
        List<String> ids = createSome(4);
        List<String> visited = new ArrayList<>(ids("?limit=2"));
        createSome(3);
        visited.addAll(ids("?limit=2&after=" + visited.getLast()));
        assertThat(visited).isEqualTo(ids);
    }

    @ParameterizedTest
    @CsvSource({
        "limit=101, limit, integer_above_max_value",
        "limit=0, limit, integer_below_min_value",
        "limit=x, limit, invalid_type",
        "status=done, status, invalid_value",
        "status=failed&status=expired, status, invalid_value",
        "model=a&model=b, model, invalid_value",
        "created_after=yesterday, created_after, invalid_type",
        "created_before=-1, created_before, invalid_type",
        "metadata=red, metadata, invalid_value",
        "metadata%5Bcolour=red, metadata, invalid_value",
        "metadata%5Ba%5D=1&metadata%5Bb%5D=2, metadata, invalid_value",
        "metadata%5Ba%5D=1&metadata%5Ba%5D=2, metadata%5Ba%5D, invalid_value",
        "after=x, after, invalid_value"
    })
    default void badQueryShouldBeRefused(String query, String param, String code) {
        JsonNode error = client().get("/v1/batches?" + query).expectError(400);
        assertThat(error.get("param").asText()).isEqualTo(URLDecoder.decode(param, UTF_8));
        assertThat(error.get("code").asText()).isEqualTo(code);
    }

    @Test
    default void listShouldBeFiltered() {
        List<String> ids = new ArrayList<>();
        for (String colour : List.of("red", "", "red & [blue]", "red")) {
            ids.addFirst(create(",\"metadata\":{\"the colour\":\"" + colour + "\"}")
                    .expect(200)
                    .at("id"));
        }
        String key = "metadata%5Bthe%20colour%5D=";
        assertThat(ids("?" + key + "red")).containsExactly(ids.get(0), ids.get(3));
        assertThat(ids("?limit=1&after=" + ids.get(0) + "&" + key + "red")).containsExactly(ids.get(3));
        assertThat(ids("?" + key)).containsExactly(ids.get(2));
        assertThat(ids("?metadata[the+colour]=red+%26+%5Bblue%5D")).containsExactly(ids.get(1));
        assertThat(ids("?" + key + "green")).isEmpty();
        assertThat(ids("?" + key + "red&created_before=99999999999")).hasSize(2);
        assertThat(ids("?status=completed&" + key + "red")).isEmpty();
        assertThat(ids("?status=&model=&created_after=&created_before=")).isEqualTo(ids);
        assertThat(ids("?model=m")).isEmpty();
        assertThat(ids("?created_after=99999999999")).isEmpty();
        assertThat(ids("?created_before=1")).isEmpty();
    }

    @Test
    default void limitShouldBeRefusedInOpenAisWords() {
        client().get("/v1/batches?limit=101")
                .expectError(
                        400,
                        "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead.",
                        "limit",
                        "integer_above_max_value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "batch_00000000000000000000000000000000", "FILE-x"})
    default void inputThatIsNoFileIdShouldBeRefused(String id) {
        client().postJson("/v1/batches", request("").replace(INPUT, id))
                .expectError(
                        400,
                        "Invalid 'input_file_id': '" + id + "'. Expected an ID that begins with 'file'.",
                        "input_file_id",
                        "invalid_value");
    }

    @ParameterizedTest
    @CsvSource({"invalid, invalid", "a%2Fb, a/b", "%F0%9F%99%82, 🙂", "file-x, file-x"})
    default void idThatIsNoBatchIdShouldBeRefused(String sent, String named) {
        String message = "Invalid 'batch_id': '" + named + "'. Expected an ID that begins with 'batch'.";
        client().get("/v1/batches/" + sent).expectError(400, message, "batch_id", "invalid_value");
        client().post("/v1/batches/" + sent + "/cancel").expectError(400, message, "batch_id", "invalid_value");
        client().delete("/v1/batches/" + sent).expectError(400, message, "batch_id", "invalid_value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"batch_x", "batch_00000000000000000000000000000000", "batch%2Fb"})
    default void unknownBatchShouldBeA404(String id) {
        client().get("/v1/batches/" + id).expectError(404);
        client().post("/v1/batches/" + id + "/cancel").expectError(404);
    }

    @Test
    default void unknownBatchShouldBeNamed() {
        String message = "No batch found with id 'batch_x'.";
        client().get("/v1/batches/batch_x").expectError(404, message, null, null);
        client().post("/v1/batches/batch_x/cancel").expectError(404, message, null, null);
        client().delete("/v1/batches/batch_x").expectError(404, message, null, null);
    }

    @Test
    default void anotherTenantsBatchShouldBeAsAbsentAsAnUnknownOne() {
        String id = create("").expect(200).at("id");
        String message = "No batch found with id '" + id + "'.";
        stranger().get("/v1/batches/" + id).expectError(404, message, null, null);
        stranger().post("/v1/batches/" + id + "/cancel").expectError(404, message, null, null);
        stranger().delete("/v1/batches/" + id).expectError(404, message, null, null);
        assertThat(stranger().get("/v1/batches").expect(200).json().get("data")).isEmpty();
    }

    @Test
    default void sameIdempotencyKeyShouldGiveTheSameBatch() {
        String first = create("", "Idempotency-Key", "k1").expect(200).at("id");
        assertThat(create("", "Idempotency-Key", "k1").expect(200).at("id")).isEqualTo(first);
        assertThat(create("", "Idempotency-Key", "k2").expect(200).at("id")).isNotEqualTo(first);
        Answer conflict = create(",\"metadata\":{}", "Idempotency-Key", "k1");
        conflict.expectError(409);
        assertThat(conflict.header("x-should-retry")).contains("false");
        assertThat(stranger()
                        .postJson("/v1/batches", request(""), "Idempotency-Key", "k1")
                        .expect(200)
                        .at("id"))
                .isNotEqualTo(first);
        create("", "Idempotency-Key", "k".repeat(256)).expectError(400);
    }
}
