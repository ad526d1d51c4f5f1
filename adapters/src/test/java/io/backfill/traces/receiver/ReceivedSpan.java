package io.backfill.traces.receiver;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A span as it arrived.
 *
 * @param service name of the program that recorded it
 * @param instance name of the process that recorded it
 * @param parent empty for the first span of a trace
 * @param links ids of the traces that it is linked to
 * @param events names of its events, in order
 */
public record ReceivedSpan(
        String service,
        String instance,
        String name,
        String trace,
        String id,
        String parent,
        List<String> links,
        Map<String, String> attributes,
        List<String> events,
        boolean failed) {
    static ReceivedSpan of(List<KeyValue> resource, Span span) {
        Map<String, String> process = texts(resource);
        return new ReceivedSpan(
                process.getOrDefault("service.name", ""),
                process.getOrDefault("service.instance.id", ""),
                span.getName(),
                hex(span.getTraceId().toByteArray()),
                hex(span.getSpanId().toByteArray()),
                hex(span.getParentSpanId().toByteArray()),
                span.getLinksList().stream()
                        .map(link -> hex(link.getTraceId().toByteArray()))
                        .toList(),
                texts(span.getAttributesList()),
                span.getEventsList().stream().map(Span.Event::getName).toList(),
                span.getStatus().getCodeValue() == 2);
    }

    /** Returns the value of an attribute; empty if it has none. */
    public String attribute(String key) {
        return attributes.getOrDefault(key, "");
    }

    private static Map<String, String> texts(List<KeyValue> attributes) {
        Map<String, String> texts = new TreeMap<>();
        for (KeyValue attribute : attributes) {
            AnyValue value = attribute.getValue();
            texts.put(
                    attribute.getKey(),
                    value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue());
        }
        return texts;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
