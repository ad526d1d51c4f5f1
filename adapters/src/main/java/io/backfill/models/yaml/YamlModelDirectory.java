package io.backfill.models.yaml;

import io.backfill.models.Model;
import io.backfill.models.ModelDirectory;
import io.backfill.reload.Fingerprint;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model directory in a YAML file. Edits of the file, and of key and certificate files that it names, take effect atomically at the
 * next {@link #reloadIfChanged}. If the edited file is invalid, the previous directory stays in effect and {@link #problem} describes
 * the error. If the file is missing or invalid from the start, the directory is empty and has a problem.
 */
public final class YamlModelDirectory implements ModelDirectory {
    private final Path file;
    private volatile ModelsSnapshot snapshot = ModelsSnapshot.EMPTY;
    private volatile Optional<String> problem = Optional.empty();
    private volatile Optional<String> deprecation = Optional.empty();
    // both are guarded by this
    private List<Path> watched;
    private Fingerprint fingerprint;

    /** Reads the file. Does not throw if the file is missing or invalid. */
    public YamlModelDirectory(Path file) {
        this.file = file;
        this.watched = List.of(file);
        this.fingerprint = Fingerprint.of(watched);
        reload();
    }

    @Override
    public Optional<Model> find(String name) {
        return snapshot.find(name);
    }

    @Override
    public List<Model> listed() {
        return snapshot.listed();
    }

    @Override
    public boolean isListed(String name) {
        return snapshot.isListed(name);
    }

    @Override
    public Optional<String> problem() {
        return problem;
    }

    /** Returns what the file in force should use instead of a deprecated key, and in which models; empty if it has none. */
    public Optional<String> deprecation() {
        return deprecation;
    }

    /** Reloads the file if it or a file that it names has changed, and returns true if so. To be called about once a second. */
    public synchronized boolean reloadIfChanged() {
        if (Fingerprint.of(watched).equals(fingerprint)) {
            return false;
        }
        reload();
        return true;
    }

    private synchronized void reload() {
        boolean allWatched = false;
        // repeats if the file names other files than before: their fingerprint must be taken before they are read
        for (int i = 0; i < 3 && !allWatched; i++) {
            fingerprint = Fingerprint.of(watched);
            ModelsFile reading = new ModelsFile(file);
            try {
                snapshot = reading.read();
                problem = Optional.empty();
                deprecation = reading.deprecation();
            } catch (ModelsFileException e) {
                problem = Optional.of(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                // a value that passed the checks of the file but was rejected by a record; it must not prevent the
                // start, and must be reported
                problem = Optional.of(file + ": " + e.getMessage());
            }
            allWatched = reading.files().equals(watched);
            watched = reading.files();
        }
    }
}
