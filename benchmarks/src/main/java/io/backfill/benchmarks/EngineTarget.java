package io.backfill.benchmarks;

import io.backfill.benchmarks.engine.ChatBody;
import io.backfill.benchmarks.engine.EngineServer;
import io.backfill.benchmarks.engine.PromptText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The engine to measure, and what was found out about it. */
record EngineTarget(EngineServer server, Optional<Path> keyFile, ChatBody body, PromptText text)
        implements AutoCloseable {
    /** Reads {@code --url}, {@code --model} and {@code --api-key-file}, and makes the first calls. */
    static EngineTarget of(Workplace workplace, Flags flags) throws IOException {
        String url = flags.text("--url").orElseThrow(() -> new IllegalArgumentException("--url is needed"));
        String model = flags.text("--model").orElseThrow(() -> new IllegalArgumentException("--model is needed"));
        Optional<Path> keyFile = flags.path("--api-key-file");
        Optional<String> key = keyFile.isPresent()
                ? Optional.of(Files.readString(keyFile.get()).strip())
                : Optional.empty();
        EngineServer server = new EngineServer(url, model, key);
        boolean known = false;
        try {
            ChatBody body = server.body();
            PromptText text = PromptText.calibrate(server, body);
            workplace
                    .out()
                    .printf(
                            Locale.ROOT,
                            "  %s, model %s: %.2f tokens a word, template %.0f tokens, ignore_eos %s%n",
                            server.base(),
                            model,
                            text.perWord(),
                            text.template(),
                            body.ignoreEos() ? "accepted" : "not accepted, so answers may be shorter");
            server.awaitIdle();
            known = true;
            return new EngineTarget(server, keyFile, body, text);
        } finally {
            if (!known) {
                server.close();
            }
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
