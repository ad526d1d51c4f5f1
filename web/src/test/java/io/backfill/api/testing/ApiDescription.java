package io.backfill.api.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The OpenAPI document of the API, against which every answer is checked. Thread-safe. */
public final class ApiDescription {
    /** The only instance: the document is the same for all servers. */
    public static final ApiDescription OF_SOURCE = new ApiDescription(source());

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String RESOURCE = "/io/backfill/api/openapi/openapi.yaml";
    private static final String ID = "https://backfill.invalid/openapi";
    private static final Set<String> METHODS = Set.of("get", "head", "post", "put", "patch", "delete", "trace");

    private final JsonNode document;
    private final SchemaRegistry registry;
    private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();

    private ApiDescription(JsonNode document) {
        this.document = document;
        this.registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(ID, document.toString())));
    }

    private static JsonNode source() {
        try (InputStream yaml = ApiDescription.class.getResourceAsStream(RESOURCE)) {
            Object tree =
                    new Load(LoadSettings.builder().build()).loadFromString(new String(yaml.readAllBytes(), UTF_8));
            return new ObjectMapper().valueToTree(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public JsonNode document() {
        return document;
    }

    /** Returns the documented methods of each documented path, in upper case. */
    public Map<String, Set<String>> methods() {
        Map<String, Set<String>> methods = new TreeMap<>();
        document.get("paths").properties().forEach(path -> {
            Set<String> names = new TreeSet<>();
            path.getValue().fieldNames().forEachRemaining(name -> {
                if (METHODS.contains(name)) {
                    names.add(name.toUpperCase(java.util.Locale.ROOT));
                }
            });
            methods.put(path.getKey(), names);
        });
        return methods;
    }

    /** Returns the operation of a documented path. */
    public JsonNode operation(String method, String path) {
        return document.get("paths").get(path).path(method.toLowerCase(java.util.Locale.ROOT));
    }

    /** Returns the node itself, or the one that it refers to. */
    public JsonNode resolved(JsonNode node) {
        JsonNode reference = node.get("$ref");
        return reference == null ? node : document.at(reference.asText().substring(1));
    }

    /** Returns the elements of an array; none if it is missing. */
    public static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** Returns a reference to a schema. */
    public JsonNode schema(String name) {
        return JsonNodeFactory.instance.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    /** Returns what a schema of the document finds wrong with a value. */
    public List<Error> errors(JsonNode schema, JsonNode value) {
        return schemas.computeIfAbsent(schema, this::compiled).validate(value);
    }

    private Schema compiled(JsonNode schema) {
        JsonNode reference = schema.get("$ref");
        return reference == null
                ? registry.getSchema(schema)
                : registry.getSchema(SchemaLocation.of(ID + reference.asText()));
    }

    /**
     * Asserts that an answer is one that the document describes: its status, its content type, its body and its headers. Answers that
     * the server gave instead of the application have no request id and are not checked.
     *
     * @param target the request's path with its query
     * @param headers with names in lower case
     */
    public void check(String method, String target, int status, Map<String, List<String>> headers, byte[] body) {
        if (!headers.containsKey("x-request-id") || method.equals("OPTIONS")) {
            return;
        }
        String call = method + " " + target + " -> " + status;
        Optional<String> path = template(target.replaceFirst("\\?.*", ""));
        JsonNode operation =
                path.map(template -> documented(method, template)).orElse(JsonNodeFactory.instance.missingNode());
        JsonNode response;
        if (operation.isMissingNode()) {
            assertThat(status).as("%s is not documented", call).isGreaterThanOrEqualTo(400);
            String dialect = target.startsWith("/v1/messages") ? "Messages" : "";
            response = document.at("/components/responses/" + dialect + "BadRequest");
        } else {
            JsonNode described = operation.at("/responses/" + status);
            assertThat(described.isMissingNode())
                    .as("%s: the status is not documented", call)
                    .isFalse();
            response = resolved(described);
        }
        checkHeaders(call, response, headers);
        if (!method.equals("HEAD")) {
            checkBody(call, response, headers, body);
        }
    }

    private JsonNode documented(String method, String path) {
        JsonNode operation = operation(method, path);
        return operation.isMissingNode() && method.equals("HEAD") ? operation("GET", path) : operation;
    }

    /** Returns the documented path that a request's path matches, the one with the fewest parameters first. */
    private Optional<String> template(String path) {
        String plain = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return methods().keySet().stream()
                .filter(template ->
                        plain.matches(template.replace("{name}", ".+").replaceAll("\\{[^}]*}", "[^/]+")))
                .min(Comparator.comparing(
                        template -> template.chars().filter(c -> c == '{').count()));
    }

    private void checkHeaders(String call, JsonNode response, Map<String, List<String>> headers) {
        response.path("headers").properties().forEach(entry -> {
            JsonNode described = resolved(entry.getValue());
            List<String> values = headers.get(entry.getKey().toLowerCase(java.util.Locale.ROOT));
            if (values == null) {
                assertThat(described.path("required").asBoolean())
                        .as("%s has no header %s", call, entry.getKey())
                        .isFalse();
                return;
            }
            JsonNode schema = described.get("schema");
            JsonNodeFactory json = JsonNodeFactory.instance;
            JsonNode value = schema.path("type").asText().equals("integer")
                    ? json.numberNode(Long.parseLong(values.getFirst()))
                    : json.textNode(values.getFirst());
            assertThat(errors(schema, value))
                    .as("%s: header %s: %s", call, entry.getKey(), value)
                    .isEmpty();
        });
    }

    private void checkBody(String call, JsonNode response, Map<String, List<String>> headers, byte[] body) {
        JsonNode content = response.path("content");
        if (content.isEmpty()) {
            assertThat(body).as("%s should have no body", call).isEmpty();
            return;
        }
        String type =
                headers.getOrDefault("content-type", List.of("")).getFirst().replaceFirst(" *;.*", "");
        assertThat(content.has(type))
                .as("%s: content type '%s' is not documented", call, type)
                .isTrue();
        JsonNode schema = content.get(type).get("schema");
        if (schema != null && type.equals("application/json")) {
            assertThat(errors(schema, json(body)))
                    .as("%s: %s", call, new String(body, UTF_8))
                    .isEmpty();
        }
    }

    private static JsonNode json(byte[] body) {
        try {
            return MAPPER.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
