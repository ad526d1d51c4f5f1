package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineAnswersTest {
    @TempDir
    private Path folder;

    private static String line(String id, int prompt, String details) {
        return "{\"custom_id\":\"" + id + "\",\"response\":{\"body\":{\"usage\":{\"prompt_tokens\":" + prompt + details
                + "}}}}";
    }

    private static String cached(int tokens) {
        return ",\"prompt_tokens_details\":{\"cached_tokens\":" + tokens + "}";
    }

    @Test
    void theBoundShouldCountEverySharedPromptOnce() throws IOException {
        Path file = Files.write(
                folder.resolve("out.jsonl"),
                List.of(
                        line("0-0", 1000, cached(0)),
                        line("0-40", 1000, cached(960)),
                        line("0-80", 1000, cached(480)),
                        line("1-1", 500, cached(0)),
                        line("1-41", 500, cached(320))));

        EngineAnswers answers = EngineAnswers.read(file);

        assertThat(answers.lines()).isEqualTo(5);
        assertThat(answers.hits()).isEqualTo((960 + 480 + 320) / 4000.0);
        assertThat(answers.bound()).isEqualTo((2 * 960 + 320) / 4000.0);
    }

    @Test
    void anEngineThatReportsNoCachedTokensShouldHaveNoHits() throws IOException {
        Path file = Files.write(folder.resolve("out.jsonl"), List.of(line("0-0", 10, ""), line("0-1", 10, "")));

        assertThat(EngineAnswers.read(file).hits()).isZero();
    }
}
