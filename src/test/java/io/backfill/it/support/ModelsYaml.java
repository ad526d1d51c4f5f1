package io.backfill.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The text of a {@code models.yaml}, built model by model. */
public final class ModelsYaml {
    private final StringBuilder text = new StringBuilder(
            "defaults: { max-in-flight: 32, timeout: 20s, retries: 3, backoff: { initial: 50ms, max: 300ms }, patience: 8s }\n"
                    + "models:\n");

    /** Adds a model that has only defaults. */
    public ModelsYaml model(String name, String replica) {
        return model(name, replica, "");
    }

    /** @param more further keys, such as {@code "retries: 1, timeout: 2s"} */
    public ModelsYaml model(String name, String replica, String more) {
        text.append("  \"")
                .append(name)
                .append("\": { replicas: [ \"")
                .append(replica)
                .append("\" ]");
        text.append(more.isEmpty() ? "" : ", ").append(more).append(" }\n");
        return this;
    }

    /** Writes {@code folder/models.yaml} atomically. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path next = Files.writeString(folder.resolve("models.yaml.next"), text);
        Files.move(
                next,
                folder.resolve("models.yaml"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
