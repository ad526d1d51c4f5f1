package io.backfill.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.backfill.api.Deleted;
import io.backfill.api.ListPage;
import io.backfill.api.batches.BatchObject;
import io.backfill.api.errors.ErrorBody;
import io.backfill.api.errors.MessagesErrorBody;
import io.backfill.api.files.FileObject;
import io.backfill.api.files.PartObject;
import io.backfill.api.files.UploadObject;
import io.backfill.api.messages.DeletedMessageBatch;
import io.backfill.api.messages.MessageBatchObject;
import io.backfill.api.messages.MessageBatchPage;
import io.backfill.api.models.ModelsResource;
import io.backfill.api.testing.ApiDescription;
import io.backfill.api.webhooks.DeliveryObject;
import io.backfill.api.webhooks.EventTypeList;
import io.backfill.api.webhooks.WebhookEndpointObject;
import io.backfill.api.webhooks.WebhookEndpointWithSecretObject;
import io.backfill.api.webhooks.WebhookTestObject;
import io.backfill.api.welcome.WelcomeResource;
import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchStatus;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FilePurpose;
import io.backfill.files.Upload;
import io.backfill.webhooks.Delivery;
import io.backfill.webhooks.EventType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the OpenAPI document with the resources, records and enums of the code, so that neither can change alone. */
class OpenApiDocumentTest {
    private static final ApiDescription DESCRIPTION = ApiDescription.OF_SOURCE;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static JsonNode schema(String name) {
        JsonNode schema = DESCRIPTION.document().at("/components/schemas/" + name);
        assertThat(schema.isMissingNode()).as("schema %s", name).isFalse();
        return schema;
    }

    @Test
    void documentShouldConformToTheSchemaOfOpenApi() throws IOException {
        try (InputStream schema = getClass().getResourceAsStream("/oas-3.1-schema-2022-10-07.json")) {
            assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                            .getSchema(MAPPER.readTree(schema))
                            .validate(DESCRIPTION.document()))
                    .isEmpty();
        }
    }

    @Test
    void everySchemaShouldBeOne() {
        var metaSchema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        for (JsonNode schema : DESCRIPTION.document().findValues("schema")) {
            assertThat(metaSchema.validate(schema)).as(schema::toString).isEmpty();
        }
        DESCRIPTION
                .document()
                .at("/components/schemas")
                .properties()
                .forEach(entry -> assertThat(metaSchema.validate(entry.getValue()))
                        .as(entry.getKey())
                        .isEmpty());
    }

    @Test
    void everyReferenceShouldHaveItsTargetAndEveryComponentItsUser() {
        Set<String> references =
                DESCRIPTION.document().findValuesAsText("$ref").stream().collect(Collectors.toCollection(TreeSet::new));
        Set<String> components = new TreeSet<>();
        DESCRIPTION.document().get("components").properties().forEach(kind -> {
            if (!kind.getKey().equals("securitySchemes")) {
                kind.getValue()
                        .fieldNames()
                        .forEachRemaining(name -> components.add("#/components/" + kind.getKey() + "/" + name));
            }
        });
        assertThat(references).isEqualTo(components);
    }

    @Test
    void everyOperationShouldHaveAnIdASummaryAndADocumentedTag() {
        Set<String> tags = new HashSet<>(DESCRIPTION.document().get("tags").findValuesAsText("name"));
        Set<String> ids = new HashSet<>();
        DESCRIPTION
                .methods()
                .forEach((path, methods) -> methods.forEach(method -> {
                    JsonNode operation = DESCRIPTION.operation(method, path);
                    assertThat(ids.add(operation.path("operationId").asText()))
                            .as(path)
                            .isTrue();
                    assertThat(operation.path("summary").asText()).as(path).isNotEmpty();
                    assertThat(tags).as(path).contains(operation.at("/tags/0").asText());
                }));
    }

    @Test
    void routesShouldBeThoseOfTheResources() {
        Map<String, Set<String>> routes = Route.all().stream()
                .collect(Collectors.groupingBy(
                        Route::path,
                        TreeMap::new,
                        Collectors.mapping(Route::method, Collectors.toCollection(TreeSet::new))));
        assertThat(DESCRIPTION.methods()).isEqualTo(routes);
    }

    @Test
    void parametersShouldBeThoseOfTheResources() {
        for (Route route : Route.all()) {
            assertThat(parameters(route, "path")).as("%s", route).isEqualTo(route.pathParameters());
            assertThat(parameters(route, "query")).as("%s", route).isEqualTo(route.queryParameters());
        }
    }

    private static Set<String> parameters(Route route, String in) {
        JsonNode ofPath = DESCRIPTION.document().get("paths").get(route.path()).path("parameters");
        JsonNode ofOperation =
                DESCRIPTION.operation(route.method(), route.path()).path("parameters");
        return Stream.of(ofPath, ofOperation)
                .flatMap(ApiDescription::elements)
                .map(DESCRIPTION::resolved)
                .filter(parameter -> parameter.get("in").asText().equals(in))
                .map(parameter -> parameter.get("name").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Stream<Arguments> records() {
        return Stream.of(
                arguments("Error", ErrorBody.class),
                arguments("Welcome", WelcomeResource.Welcome.class),
                arguments("File", FileObject.class),
                arguments("FileList", ListPage.class),
                arguments("Deleted", Deleted.class),
                arguments("Upload", UploadObject.class),
                arguments("Part", PartObject.class),
                arguments("Batch", BatchObject.class),
                arguments("BatchList", ListPage.class),
                arguments("WebhookEndpoint", WebhookEndpointObject.class),
                arguments("WebhookEndpointWithSecret", WebhookEndpointWithSecretObject.class),
                arguments("WebhookEndpointList", ListPage.class),
                arguments("WebhookTest", WebhookTestObject.class),
                arguments("WebhookEventTypeList", EventTypeList.class),
                arguments("WebhookDelivery", DeliveryObject.class),
                arguments("WebhookDeliveryList", ListPage.class),
                arguments("MessagesError", MessagesErrorBody.class),
                arguments("MessageBatch", MessageBatchObject.class),
                arguments("MessageBatchPage", MessageBatchPage.class),
                arguments("DeletedMessageBatch", DeletedMessageBatch.class),
                arguments("Model", ModelsResource.ModelObject.class),
                arguments("ModelList", ModelsResource.ModelList.class));
    }

    @ParameterizedTest
    @MethodSource("records")
    void schemaShouldHaveTheFieldsOfItsRecord(String schema, Class<?> type) {
        compare(schema, schema(schema), type);
    }

    /** Compares names, types and nulls; nested records too. */
    private static void compare(String where, JsonNode schema, Class<?> type) {
        Map<String, RecordComponent> components = Arrays.stream(type.getRecordComponents())
                .collect(Collectors.toMap(OpenApiDocumentTest::name, component -> component));
        assertThat(schema.get("type").asText()).as(where).isEqualTo("object");
        assertThat(schema.get("additionalProperties").asBoolean(true)).as(where).isFalse();
        assertThat(names(schema.get("properties"))).as(where).isEqualTo(components.keySet());
        assertThat(texts(schema.get("required"))).as(where).isEqualTo(components.keySet());
        components.forEach((name, component) -> compare(
                where + "." + name,
                DESCRIPTION.resolved(schema.get("properties").get(name)),
                component));
    }

    private static void compare(String where, JsonNode property, RecordComponent component) {
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        JsonNode schema = property;
        Set<String> types = property.path("type").isArray() ? texts(property.get("type")) : new TreeSet<>();
        if (property.has("anyOf")) {
            schema = DESCRIPTION.resolved(property.get("anyOf").get(0));
            types.add(property.get("anyOf").get(1).get("type").asText());
        }
        if (schema.path("type").isTextual()) {
            types.add(schema.get("type").asText());
        }
        assertThat(types.remove("null")).as("%s may be null", where).isEqualTo(nullable);
        Class<?> type = component.getType();
        // a field that is always null has no other type
        assertThat(types).as(where).isSubsetOf(jsonType(type));
        if (type.isRecord()) {
            compare(where, schema, type);
        } else if (type == List.class
                && component.getGenericType() instanceof java.lang.reflect.ParameterizedType list
                && list.getActualTypeArguments()[0] instanceof Class<?> element
                && element.isRecord()) {
            compare(where + "[]", DESCRIPTION.resolved(schema.get("items")), element);
        }
    }

    private static String jsonType(Class<?> type) {
        return switch (type.getSimpleName()) {
            case "String" -> "string";
            case "long", "Long", "int", "Integer" -> "integer";
            case "double", "Double" -> "number";
            case "boolean" -> "boolean";
            case "List" -> "array";
            default -> "object";
        };
    }

    private static String name(RecordComponent component) {
        JsonProperty annotated = component.getAccessor().getAnnotation(JsonProperty.class);
        return annotated == null ? component.getName() : annotated.value();
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Set<String> texts(JsonNode array) {
        return ApiDescription.elements(array).map(JsonNode::asText).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void enumsShouldBeThoseOfTheCode() {
        assertThat(texts(schema("FilePurpose/enum")))
                .isEqualTo(Arrays.stream(FilePurpose.values())
                        .map(FilePurpose::wireName)
                        .collect(Collectors.toSet()));
        assertThat(texts(schema("UploadPurpose/enum"))).isEqualTo(Set.copyOf(FilePurpose.uploadableNames()));
        assertThat(texts(schema("Batch/properties/status/enum")))
                .isEqualTo(Arrays.stream(BatchStatus.values())
                        .map(BatchStatus::wireName)
                        .collect(Collectors.toSet()));
        assertThat(texts(schema("Paused/properties/reason/enum")))
                .isEqualTo(Arrays.stream(BatchPause.Reason.values())
                        .map(BatchPause.Reason::wireName)
                        .collect(Collectors.toSet()));
        assertThat(texts(schema("WebhookEventType/enum"))).isEqualTo(Set.copyOf(EventType.wireNames()));
        assertThat(texts(schema("WebhookDelivery/properties/status/enum")))
                .isEqualTo(Arrays.stream(Delivery.State.values())
                        .map(Delivery.State::wireName)
                        .collect(Collectors.toSet()));
        Set<String> uploads = Arrays.stream(Upload.State.values())
                .map(state -> state.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
        uploads.add("expired");
        assertThat(texts(schema("Upload/properties/status/enum"))).isEqualTo(uploads);
    }

    @Test
    void errorsShouldBeThoseOfTheCode() {
        Set<String> codes = Arrays.stream(ErrorCode.values())
                .map(code -> code.code().orElse("null"))
                .collect(Collectors.toSet());
        assertThat(texts(schema("Error/properties/error/properties/code/enum"))).isEqualTo(codes);
        Set<String> types =
                Arrays.stream(ErrorCode.values()).map(ErrorCode::type).collect(Collectors.toSet());
        assertThat(texts(schema("Error/properties/error/properties/type/enum"))).isEqualTo(types);
    }

    /** A 405 is for methods that a path does not have; a 416 is sent by the download itself. */
    @Test
    void everyStatusOfAnErrorShouldBeOfSomeOperationAndNoOtherBe() {
        Set<String> documented = new TreeSet<>();
        DESCRIPTION
                .methods()
                .forEach((path, methods) -> methods.forEach(method -> documented.addAll(
                        names(DESCRIPTION.operation(method, path).get("responses")))));
        Set<String> known = Arrays.stream(ErrorCode.values())
                .map(code -> String.valueOf(code.status()))
                .collect(Collectors.toCollection(TreeSet::new));
        known.addAll(List.of("200", "206", "304", "416"));
        known.remove("405");
        assertThat(documented).isEqualTo(known);
    }
}
