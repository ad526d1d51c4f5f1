package io.backfill.simulator.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The active rules, in order: the first that applies decides the answer, and {@code slow} rules before it add their
 * time. The JSON form is
 * {@code {"seed": 1, "rules": [{"fault": "status", "status": 429, "retryAfter": "1", "rate": 0.05}, …]}}; members with
 * their default value are omitted.
 *
 * @param seed selects which requests are hit
 * @param rules may be empty
 */
public record FaultRules(long seed, List<FaultRule> rules) {
    public static final FaultRules NONE = new FaultRules(0, List.of());

    private static final ObjectMapper MAPPER = new ObjectMapper();

    public FaultRules {
        rules = List.copyOf(rules);
    }

    public static FaultRules of(FaultRule... rules) {
        return new FaultRules(0, List.of(rules));
    }

    /** Parses the JSON form. Throws {@link IllegalArgumentException} with a message about what is wrong. */
    public static FaultRules parse(String json) {
        JsonNode root;
        try {
            root = MAPPER.readTree(json);
        } catch (JsonProcessingException notJson) {
            throw new IllegalArgumentException("not JSON: " + notJson.getOriginalMessage(), notJson);
        }
        if (!root.isObject() || !root.path("rules").isArray()) {
            throw new IllegalArgumentException("expected {\"rules\": [{\"fault\": …}, …]}");
        }
        List<FaultRule> rules = new ArrayList<>();
        for (JsonNode rule : root.path("rules")) {
            rules.add(rule(rule));
        }
        return new FaultRules(root.path("seed").asLong(0), rules);
    }

    public String toJson() {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("seed", seed);
        var array = root.putArray("rules");
        for (FaultRule rule : rules) {
            array.add(node(rule));
        }
        return root.toString();
    }

    private static FaultRule rule(JsonNode node) {
        String kind = "";
        int status = 0;
        String retryAfter = "";
        int ms = 0;
        int bytes = 0;
        double rate = 1;
        int first = 0;
        int times = 0;
        String match = "";
        String header = "";
        String headerValue = "";
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            JsonNode value = member.getValue();
            switch (member.getKey()) {
                case "fault" -> kind = value.asText();
                case "status" -> status = value.asInt();
                case "retryAfter" -> retryAfter = value.asText();
                case "ms" -> ms = value.asInt();
                case "bytes" -> bytes = value.asInt(-1);
                case "rate" -> rate = value.asDouble(-1);
                case "first" -> first = value.asInt(-1);
                case "times" -> times = value.asInt(-1);
                case "match" -> match = value.asText();
                case "header" -> header = value.asText();
                case "headerValue" -> headerValue = value.asText();
                default -> throw new IllegalArgumentException("unknown member '" + member.getKey() + "' in a rule");
            }
        }
        return new FaultRule(
                FaultKind.ofWireName(kind),
                status,
                retryAfter,
                ms,
                bytes,
                rate,
                first,
                times,
                match,
                header,
                headerValue);
    }

    private static ObjectNode node(FaultRule rule) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("fault", rule.kind().wireName());
        putUnlessZero(node, "status", rule.status());
        putUnlessEmpty(node, "retryAfter", rule.retryAfter());
        putUnlessZero(node, "ms", rule.ms());
        putUnlessZero(node, "bytes", rule.bytes());
        if (rule.rate() != 1) {
            node.put("rate", rule.rate());
        }
        putUnlessZero(node, "first", rule.first());
        putUnlessZero(node, "times", rule.times());
        putUnlessEmpty(node, "match", rule.match());
        putUnlessEmpty(node, "header", rule.header());
        putUnlessEmpty(node, "headerValue", rule.headerValue());
        return node;
    }

    private static void putUnlessZero(ObjectNode node, String name, int value) {
        if (value != 0) {
            node.put(name, value);
        }
    }

    private static void putUnlessEmpty(ObjectNode node, String name, String value) {
        if (!value.isEmpty()) {
            node.put(name, value);
        }
    }
}
