package io.backfill.benchmarks.gateway;

import io.backfill.testing.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The stores that the nodes of a profile share: real servers, started here, with their files below one folder. */
public final class SharedStores implements AutoCloseable {
    private final SharedCatalog catalog;
    private final Optional<RedisServer> redis;
    private final Optional<SharedBucket> bucket;
    private final Map<String, String> variables = new HashMap<>();
    private final Path files;

    private SharedStores(String profile, SharedCatalog catalog, Path folder) throws IOException {
        this.catalog = catalog;
        variables.put("BACKFILL_PROFILE", profile);
        variables.put("BACKFILL_DB_URL", catalog.url());
        variables.put("BACKFILL_DB_USER", SharedCatalog.USER);
        if (profile.equals("cluster")) {
            RedisServer server = new RedisServer();
            redis = Optional.of(server);
            variables.put("BACKFILL_REDIS_URL", server.url());
            SharedBucket shared = SharedBucket.start(folder.resolve("s3"));
            bucket = Optional.of(shared);
            variables.putAll(shared.variables());
            files = shared.objects();
        } else {
            redis = Optional.empty();
            bucket = Optional.empty();
            files = Files.createDirectories(folder.resolve("store"));
            variables.put("BACKFILL_FILES_DIR", files.toString());
        }
    }

    /** Starts the servers that profile {@code single} or {@code cluster} needs. */
    public static SharedStores start(String profile, Path folder) throws IOException {
        SharedCatalog catalog = SharedCatalog.start();
        try {
            return new SharedStores(profile, catalog, folder);
        } catch (IOException | RuntimeException e) {
            catalog.close();
            throw e;
        }
    }

    /** Returns the environment variables that every node needs. */
    public Map<String, String> variables() {
        return Map.copyOf(variables);
    }

    public SharedCatalog catalog() {
        return catalog;
    }

    /** Returns the folder that contains {@code batches}; for a bucket, the folder in which its server keeps the objects. */
    public Path files() {
        return files;
    }

    /** Returns the Redis server, which only profile {@code cluster} has. */
    public RedisServer redis() {
        return redis.orElseThrow();
    }

    /** Sets whether the S3 server answers every third call with an internal error. Only profile {@code cluster} has one. */
    public void failEveryThirdCall(boolean fail) {
        bucket.orElseThrow().failEveryThirdCall(fail);
    }

    /** Returns the number of calls of the S3 server that were made to fail so far. */
    public int callsFailed() {
        return bucket.orElseThrow().callsFailed();
    }

    /** Returns the port of the S3 server, which only profile {@code cluster} has. */
    public int bucketPort() {
        return bucket.orElseThrow().port();
    }

    @Override
    public void close() throws IOException {
        redis.ifPresent(RedisServer::close);
        if (bucket.isPresent()) {
            bucket.get().close();
        }
        catalog.close();
    }
}
