package io.backfill.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The prompt tokens of a batch with shared prompts, from the {@code usage} of its answers.
 *
 * @param prompt prompt tokens of all lines
 * @param cached those that the engine found in its cache
 * @param reusable those that it would have found if each shared prompt were computed only once: for every line of a prompt but one,
 *     the most that a line of that prompt found. These are whole blocks of the engine
 */
record EngineAnswers(long lines, long prompt, long cached, long reusable) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The lines of one shared prompt. */
    private record Group(long lines, long longest) {
        static final Group NONE = new Group(0, 0);

        Group with(long cached) {
            return new Group(lines + 1, Math.max(longest, cached));
        }
    }

    /** Reads an output file whose ids begin with the number of the shared prompt and a hyphen. */
    static EngineAnswers read(Path output) throws IOException {
        Map<String, Group> groups = new HashMap<>();
        long lines = 0;
        long prompt = 0;
        long cached = 0;
        try (BufferedReader file = Files.newBufferedReader(output)) {
            for (String line = file.readLine(); line != null; line = file.readLine()) {
                JsonNode result = JSON.readTree(line);
                JsonNode usage = result.path("response").path("body").path("usage");
                long found = usage.path("prompt_tokens_details")
                        .path("cached_tokens")
                        .asLong();
                String id = result.path("custom_id").asText();
                String group = id.substring(0, Math.max(0, id.indexOf('-')));
                groups.put(group, groups.getOrDefault(group, Group.NONE).with(found));
                lines++;
                prompt += usage.path("prompt_tokens").asLong();
                cached += found;
            }
        }
        long reusable = groups.values().stream()
                .mapToLong(group -> (group.lines() - 1) * group.longest())
                .sum();
        return new EngineAnswers(lines, prompt, cached, reusable);
    }

    /** Returns the share of prompt tokens that were cached. */
    double hits() {
        return (double) cached / prompt;
    }

    /** Returns the largest share that could have been. */
    double bound() {
        return (double) reusable / prompt;
    }
}
