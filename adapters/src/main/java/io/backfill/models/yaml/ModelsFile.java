package io.backfill.models.yaml;

import io.backfill.models.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads a models file once. */
final class ModelsFile {
    private static final String CATCH_ALL = "*";

    private final Path file;
    private final Path folder;
    private final List<Path> files = new ArrayList<>();
    /** Names of the models that list their replicas under the deprecated key. */
    private final List<String> deprecated = new ArrayList<>();

    ModelsFile(Path file) {
        this.file = file;
        Path parent = file.toAbsolutePath().getParent();
        this.folder = parent == null ? file.toAbsolutePath() : parent;
        files.add(file);
    }

    /** Returns the file itself and, after reading, every file that it names. A change of any of them requires a reload. */
    List<Path> files() {
        return List.copyOf(files);
    }

    /** Returns, after reading, what the file should use instead of a deprecated key; empty if it has none. */
    Optional<String> deprecation() {
        return deprecated.isEmpty()
                ? Optional.empty()
                : Optional.of(file + ": rename '" + ReplicasEntry.DEPRECATED_KEY + "' to '" + ReplicasEntry.KEY
                        + "' in these models: " + String.join(", ", deprecated));
    }

    ModelsSnapshot read() throws ModelsFileException {
        YamlMapping whole = new YamlMapping(file, "", compose());
        whole.allowOnly(Set.of("defaults", "models", CATCH_ALL));
        ModelDefaults defaults = ModelDefaults.BUILT_IN;
        Optional<YamlMapping> preset = whole.mapping("defaults", "defaults");
        if (preset.isPresent()) {
            preset.get().allowOnly(ModelDefaults.KEYS);
            defaults = defaults.withPreset(preset.get());
        }
        Map<String, Model> models = new LinkedHashMap<>();
        Optional<YamlMapping> listed = whole.mapping("models", "models");
        if (listed.isPresent()) {
            for (String name : listed.get().keys()) {
                if (name.isBlank() || name.equals(CATCH_ALL)) {
                    throw listed.get()
                            .unusable(name, "not a valid model name; put the catch-all \"*\" at the top level");
                }
                models.put(name, readModel(listed.get(), name, defaults));
            }
        }
        return new ModelsSnapshot(
                models,
                whole.keys().contains(CATCH_ALL)
                        ? Optional.of(readModel(whole, CATCH_ALL, defaults))
                        : Optional.empty());
    }

    private Model readModel(YamlMapping in, String name, ModelDefaults defaults) throws ModelsFileException {
        YamlMapping entry = in.mapping(name, "model '" + name + "'")
                .orElseThrow(() -> in.notExpected(name, "the keys of a model, such as replicas"));
        if (entry.keys().contains(ReplicasEntry.DEPRECATED_KEY)) {
            deprecated.add(name);
        }
        return new ModelEntry(folder, entry, defaults, files).read(name);
    }

    private Node compose() throws ModelsFileException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ModelsFileException(
                    Files.exists(file)
                            ? "the models file " + file + " cannot be read or is not UTF-8"
                            : "the models file " + file
                                    + " does not exist; create it, or set BACKFILL_MODELS_FILE to another file");
        }
        try {
            return new Compose(LoadSettings.builder().setLabel(file.toString()).build())
                    .composeString(text)
                    .orElseThrow(() -> new ModelsFileException(
                            file + ", line 1: the file is empty; expected the keys models, defaults or \"*\""));
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark()
                    .map(mark -> ", line " + (mark.getLine() + 1))
                    .orElse("");
            throw new ModelsFileException(file + line + ": invalid YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new ModelsFileException(file + ": invalid YAML: " + e.getMessage());
        }
    }
}
