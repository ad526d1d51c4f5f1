package io.backfill.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.backfill.batches.BatchSpec;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.plan.PlanOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The metadata of an object: up to sixteen key-value pairs set by the client. Lengths are counted in code points, not in bytes. */
public final class Metadata {
    private static final String METADATA = "metadata";
    private static final int MAX_PAIRS = 16;
    private static final int MAX_KEY = 64;
    private static final int MAX_VALUE = 512;

    private Metadata() {}

    /** Returns the member {@code metadata} of a request in the client's order, or empty if it is absent. */
    public static Optional<Map<String, String>> in(JsonFields request) {
        return request.optionalObjectNode(METADATA).map(Metadata::checked);
    }

    private static Map<String, String> checked(JsonNode node) {
        if (node.size() > MAX_PAIRS) {
            throw new BackfillException(
                    ErrorCode.OBJECT_ABOVE_MAX_PROPERTIES,
                    "Invalid 'metadata': too many properties. Expected an object with at most " + MAX_PAIRS
                            + " properties, but got an object with " + node.size() + " properties instead.",
                    METADATA);
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> pair : node.properties()) {
            String param = METADATA + "." + pair.getKey();
            checkKey(pair.getKey(), param);
            String value = checkedValue(pair.getValue(), param);
            if (pair.getKey().equals(BatchSpec.ORDER_KEY)) {
                checkOrder(value, param);
            }
            if (pair.getKey().equals(BatchSpec.OFFLOAD_KEY) && !value.equals("true") && !value.equals("false")) {
                throw SupportedValues.refusal(param, value, List.of("true", "false"));
            }
            metadata.put(JsonFields.storable(param, pair.getKey()), value);
        }
        return Collections.unmodifiableMap(metadata);
    }

    private static void checkKey(String key, String param) {
        int length = key.codePointCount(0, key.length());
        if (length > MAX_KEY) {
            throw new BackfillException(
                    ErrorCode.PROPERTY_NAME_ABOVE_MAX_LENGTH,
                    "Invalid property name in 'metadata': '" + key
                            + "' is too long. Expected a string with maximum length " + MAX_KEY
                            + ", but got a string with length " + length + " instead.",
                    param);
        }
    }

    /** Validates the requested order of lines, so that a misspelled value is rejected instead of being ignored. */
    private static void checkOrder(String value, String param) {
        try {
            PlanOrder.named(value);
        } catch (IllegalArgumentException unknown) {
            throw SupportedValues.refusal(param, value, List.of("prefix", "file"));
        }
    }

    private static String checkedValue(JsonNode node, String param) {
        if (!node.isTextual()) {
            throw JsonFields.wrongType(param, "a string", node);
        }
        String value = node.textValue();
        int length = value.codePointCount(0, value.length());
        if (length > MAX_VALUE) {
            throw new BackfillException(
                    ErrorCode.STRING_ABOVE_MAX_LENGTH,
                    "Invalid '" + param + "': string too long. Expected a string with maximum length " + MAX_VALUE
                            + ", but got a string with length " + length + " instead.",
                    param);
        }
        return JsonFields.storable(param, value);
    }
}
