package io.backfill.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.StreamSupport;

/** A batch as the API showed it at one moment. */
public record BatchView(JsonNode json) {
    private static final Set<String> TERMINAL = Set.of("completed", "failed", "expired", "cancelled");

    public String id() {
        return json.path("id").asText();
    }

    public String status() {
        return json.path("status").asText();
    }

    public boolean isTerminal() {
        return TERMINAL.contains(status());
    }

    public int total() {
        return json.path("request_counts").path("total").asInt(-1);
    }

    public int completed() {
        return json.path("request_counts").path("completed").asInt(-1);
    }

    public int failed() {
        return json.path("request_counts").path("failed").asInt(-1);
    }

    /** Returns the number of lines that were executed. */
    public int settled() {
        return completed() + failed();
    }

    /** Returns a time such as {@code in_progress_at} in Unix seconds; empty if it is null. */
    public OptionalLong time(String member) {
        JsonNode value = json.path(member);
        return value.isIntegralNumber() ? OptionalLong.of(value.asLong()) : OptionalLong.empty();
    }

    public Optional<String> outputFile() {
        return Optional.ofNullable(json.path("output_file_id").textValue());
    }

    public Optional<String> errorFile() {
        return Optional.ofNullable(json.path("error_file_id").textValue());
    }

    public Optional<String> model() {
        return Optional.ofNullable(json.path("model").textValue());
    }

    /** Returns the reasons for which validation rejected the batch. */
    public List<Refusal> refusals() {
        return StreamSupport.stream(json.path("errors").path("data").spliterator(), false)
                .map(entry -> new Refusal(
                        entry.path("code").asText(),
                        entry.path("line").asInt(0),
                        entry.path("param").asText(""),
                        entry.path("message").asText()))
                .toList();
    }

    /**
     * One entry of {@code errors.data}.
     *
     * @param line 0 if it is null
     * @param param empty if it is null
     */
    public record Refusal(String code, int line, String param, String message) {}
}
