package io.backfill.benchmarks.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A {@code models.yaml} in which one server serves one or several models. */
public final class ModelsFile {
    private ModelsFile() {}

    /**
     * Writes {@code dataDir/models.yaml}.
     *
     * @param maxInFlight cap of each model
     */
    public static void write(Path dataDir, String server, List<String> models, int maxInFlight) throws IOException {
        StringBuilder yaml = new StringBuilder("models:\n");
        for (String model : models) {
            yaml.append("  ")
                    .append(model)
                    .append(": { replicas: [ \"")
                    .append(server)
                    .append("\" ], max-in-flight: ");
            yaml.append(maxInFlight).append(" }\n");
        }
        write(dataDir, yaml.toString());
    }

    /**
     * Writes {@code dataDir/models.yaml} with one model.
     *
     * @param keys further keys of the model in the form {@code key: value}
     */
    public static void write(Path dataDir, String server, String model, List<String> keys) throws IOException {
        StringBuilder yaml = new StringBuilder("models:\n  \"" + model + "\":\n    replicas: [ \"" + server + "\" ]\n");
        keys.forEach(key -> yaml.append("    ").append(key).append('\n'));
        write(dataDir, yaml.toString());
    }

    private static void write(Path dataDir, String yaml) throws IOException {
        Files.createDirectories(dataDir);
        Files.writeString(dataDir.resolve("models.yaml"), yaml);
    }
}
