package io.backfill.benchmarks.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What the nodes of a profile share: real servers, started here, with their files below one folder. */
public final class SharedStores implements AutoCloseable {
    private final SharedCatalog catalog;
    private final Map<String, String> variables;
    private final Path files;

    private SharedStores(SharedCatalog catalog, Map<String, String> variables, Path files) {
        this.catalog = catalog;
        this.variables = Map.copyOf(variables);
        this.files = files;
    }

    /** Starts what profile {@code single} or {@code cluster} needs. */
    public static SharedStores start(String profile, Path folder) throws IOException {
        Path files = Files.createDirectories(folder.resolve("store"));
        SharedCatalog catalog = SharedCatalog.start();
        return new SharedStores(
                catalog,
                Map.of(
                        "BACKFILL_PROFILE", profile,
                        "BACKFILL_DB_URL", catalog.url(),
                        "BACKFILL_DB_USER", SharedCatalog.USER,
                        "BACKFILL_FILES_DIR", files.toString()),
                files);
    }

    /** Environment variables that every node needs. */
    public Map<String, String> variables() {
        return variables;
    }

    public SharedCatalog catalog() {
        return catalog;
    }

    /** The folder with {@code batches} in it. */
    public Path files() {
        return files;
    }

    /** {@code kill -9}; it forgets everything. */
    public void killRedis() {
        throw new IllegalStateException("there is no Redis in this profile");
    }

    public void restartRedis() {
        throw new IllegalStateException("there is no Redis in this profile");
    }

    @Override
    public void close() throws IOException {
        catalog.close();
    }
}
