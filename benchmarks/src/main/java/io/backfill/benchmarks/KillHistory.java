package io.backfill.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The rounds of a profile so far, one JSON object per line, which {@code --continue} reads. */
final class KillHistory {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final List<KillRound> rounds = new ArrayList<>();

    private KillHistory(Path file) {
        this.file = file;
    }

    /** @param goOn whether to keep the recorded rounds; otherwise they are discarded */
    static KillHistory open(Path home, String profile, boolean goOn) throws IOException {
        KillHistory history = new KillHistory(home.resolve("benchmarks/results/kill-" + profile + ".rounds.jsonl"));
        Files.createDirectories(history.file.getParent());
        if (goOn && Files.exists(history.file)) {
            for (String line : Files.readAllLines(history.file)) {
                history.rounds.add(JSON.readValue(line, KillRound.class));
            }
        } else {
            Files.deleteIfExists(history.file);
        }
        return history;
    }

    /** Appends a round immediately, so that an interrupted run keeps its rounds. */
    void add(KillRound round) throws IOException {
        rounds.add(round);
        Files.writeString(
                file,
                JSON.writeValueAsString(round) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
    }

    List<KillRound> rounds() {
        return List.copyOf(rounds);
    }
}
