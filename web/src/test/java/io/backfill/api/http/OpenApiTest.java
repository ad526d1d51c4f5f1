package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.backfill.api.testing.Answer;
import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.ApiDescription;
import io.backfill.api.testing.FormBody;
import io.backfill.api.testing.RawConnection;
import io.backfill.door.DoorConfig;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the document is served, and whether the API takes the bodies that it describes. */
@Timeout(60)
class OpenApiTest {
    private static final ApiDescription DESCRIPTION = ApiDescription.OF_SOURCE;

    private final ApiServer server = new ApiServer();
    private final ApiClient keyless = server.client("");
    private final ApiClient client = server.client("key-operator");

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/openapi, '', application/yaml",
        "/openapi/, */*, application/yaml",
        "/openapi, application/json, application/json",
        "/openapi, 'text/html, application/json;q=0.9', application/json",
        "/openapi?format=JSON, '', application/json",
        "/openapi?format=json, application/yaml, application/json",
        "/openapi?format=YAML, application/json, application/yaml",
        "/openapi?format=, '', application/yaml"
    })
    void formShouldBeAsRequestedAndNeedNoKey(String path, String accept, String type) {
        Answer answer = accept.isEmpty() ? keyless.get(path) : keyless.get(path, "Accept", accept);
        assertThat(answer.expect(200).header("content-type")).contains(type);
        assertThat(answer.header("vary")).contains("Accept");
        if (type.equals("application/json")) {
            assertThat(answer.json()).isEqualTo(DESCRIPTION.document());
        } else {
            assertThat(answer.text()).startsWith("openapi: 3.1");
        }
    }

    @Test
    void headShouldHaveTheLengthAndOtherMethodsNeedAKey() {
        int length = keyless.get("/openapi").expect(200).bytes().length;
        Answer head = keyless.send("HEAD", "/openapi", BodyPublishers.noBody()).expect(200);
        assertThat(head.header("content-length")).contains(String.valueOf(length));
        keyless.postJson("/openapi", "{}").expectError(401);
        client.postJson("/openapi", "{}").expectError(405);
    }

    @Test
    void unknownFormShouldBeRefused() {
        keyless.get("/openapi?format=xml")
                .expectError(
                        400,
                        "Invalid value: 'xml'. Supported values are: 'JSON' and 'YAML'.",
                        "format",
                        "invalid_value");
    }

    /** Returns a server whose system buffers less of an answer than the document has, with one seat for keyless readers. */
    private static ApiServer withSmallBuffers() {
        return ApiServer.of(new DoorConfig(6, 4, 2, Duration.ofSeconds(50), 0, Duration.ofSeconds(1)), 16_384);
    }

    private static RawConnection slowReader(ApiServer server) throws IOException {
        return RawConnection.withSmallWindow(server.base()).write("GET /openapi HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    @Test
    void slowReaderWithoutAKeyShouldGetTheWholeDocument() throws IOException {
        String expected = keyless.get("/openapi").expect(200).text();
        try (ApiServer small = withSmallBuffers();
                RawConnection reader = slowReader(small)) {
            await().during(Duration.ofMillis(200)).until(() -> small.door.requests() == 1);
            assertThat(reader.read().expect(200).text()).isEqualTo(expected);
        }
    }

    @Test
    void slowReadersWithoutAKeyShouldLeaveThreadsToOthers() throws IOException {
        List<RawConnection> readers = new ArrayList<>();
        try (ApiServer small = withSmallBuffers()) {
            for (int i = 0; i < 20; i++) {
                readers.add(slowReader(small));
            }
            await().during(Duration.ofMillis(200)).until(() -> small.door.requests() == 1);
            small.client("key-a").upload("a.jsonl", "x");
            assertThat(small.door.refusedTransfers()).isEqualTo(19);
        } finally {
            for (RawConnection reader : readers) {
                reader.close();
            }
        }
    }

    /** The resources read bodies by themselves, without annotations, so that this must be tried. */
    @Test
    void bodiesShouldBeOfTheDocumentedTypes() {
        DESCRIPTION
                .methods()
                .forEach((path, methods) -> methods.forEach(method -> {
                    if (method.equals("POST")) {
                        JsonNode content = DESCRIPTION.operation(method, path).at("/requestBody/content");
                        Answer answer = client.send(
                                method,
                                path.replace("{id}", existing(path)).replace("{delivery}", "none"),
                                BodyPublishers.ofString("a=b"),
                                "Content-Type",
                                "application/x-www-form-urlencoded");
                        assertThat(answer.status() == 415).as(path).isEqualTo(content.has("application/json"));
                        assertThat(answer.text().contains("Invalid multipart form data."))
                                .as(path)
                                .isEqualTo(content.has("multipart/form-data"));
                    }
                }));
    }

    private String existing(String path) {
        return path.contains("upload")
                ? client.postJson("/v1/uploads", example("CreateUpload").toString())
                        .expect(200)
                        .at("id")
                : client.postJson("/v1/batches", example("CreateBatch").toString())
                        .expect(200)
                        .at("id");
    }

    private static ObjectNode example(String schema) {
        return DESCRIPTION
                .document()
                .at("/components/schemas/" + schema + "/example")
                .deepCopy();
    }

    @ParameterizedTest
    @CsvSource({"/v1/uploads, CreateUpload", "/v1/batches, CreateBatch", "/v1/uploads/ID/complete, CompleteUpload"})
    void requiredMembersShouldBeRequiredAndNoOthers(String path, String schema) {
        String target = path.replace("ID", existing("upload"));
        JsonNode described = DESCRIPTION.document().at("/components/schemas/" + schema);
        assertThat(DESCRIPTION.errors(DESCRIPTION.schema(schema), example(schema)))
                .isEmpty();
        described.get("properties").fieldNames().forEachRemaining(member -> {
            ObjectNode without = example(schema);
            without.remove(member);
            boolean required = ApiDescription.elements(described.get("required"))
                    .anyMatch(name -> name.asText().equals(member));
            Answer answer = client.postJson(target, without.toString());
            assertThat(answer.text().contains("Missing required parameter: '" + member + "'."))
                    .as("%s: %s", member, answer.text())
                    .isEqualTo(required);
        });
    }

    @ParameterizedTest
    @CsvSource({"/v1/files, CreateFile", "/v1/uploads/ID/parts, AddPart"})
    void requiredPartsShouldBeRequiredAndNoOthers(String path, String schema) {
        String target = path.replace("ID", existing("upload"));
        JsonNode described = DESCRIPTION.document().at("/components/schemas/" + schema);
        described.get("properties").fieldNames().forEachRemaining(missing -> {
            FormBody form = new FormBody();
            described.get("required").forEach(name -> {
                if (!name.asText().equals(missing)) {
                    form.part(
                            "Content-Disposition: form-data; name=\"" + name.asText() + "\"",
                            name.asText().equals("purpose")
                                    ? "batch".getBytes(java.nio.charset.StandardCharsets.UTF_8)
                                    : new byte[1]);
                }
            });
            boolean required = ApiDescription.elements(described.get("required"))
                    .anyMatch(name -> name.asText().equals(missing));
            Answer answer = client.postForm(target, form);
            assertThat(answer.text().contains("'" + missing + "' is a required property"))
                    .as("%s: %s", missing, answer.text())
                    .isEqualTo(required);
        });
    }
}
