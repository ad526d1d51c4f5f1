package io.backfill.models.yaml;

import io.backfill.models.Model;
import io.backfill.models.ModelDirectory;
import io.backfill.reload.Fingerprint;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The models of a YAML file. Edits count at the next {@link #reloadIfChanged}, all at once; so does a change of a key or
 * certificate file that it names. A bad edit leaves the directory before it in force and shows in {@link #problem}. A file that
 * is not there, or bad from the beginning, makes an empty directory with a problem.
 */
public final class YamlModelDirectory implements ModelDirectory {
    private final Path file;
    private volatile ModelsSnapshot snapshot = ModelsSnapshot.EMPTY;
    private volatile Optional<String> problem = Optional.empty();
    // both are guarded by the monitor
    private List<Path> watched;
    private Fingerprint fingerprint;

    /** Reads the file; never throws for what is in it. */
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

    /** One pass, to be run every second or so: reads the file again if it, or a file it names, changed. True when it was read. */
    public synchronized boolean reloadIfChanged() {
        if (Fingerprint.of(watched).equals(fingerprint)) {
            return false;
        }
        reload();
        return true;
    }

    private synchronized void reload() {
        boolean allWatched = false;
        // again where the file names other files than before: their print must be older than what was read
        for (int i = 0; i < 3 && !allWatched; i++) {
            fingerprint = Fingerprint.of(watched);
            ModelsFile reading = new ModelsFile(file);
            try {
                snapshot = reading.read();
                problem = Optional.empty();
            } catch (ModelsFileException e) {
                problem = Optional.of(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                // a value that a record refuses and no check of the file did; it must neither stop the start nor pass
                // unseen
                problem = Optional.of(file + ": " + e.getMessage());
            }
            allWatched = reading.files().equals(watched);
            watched = reading.files();
        }
    }
}
