package io.backfill.files.s3;

import io.backfill.files.FileStore;
import io.backfill.files.FileStoreContract;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class S3FileStoreTest implements FileStoreContract {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @TempDir
    Path folder;

    private S3Server server;
    private S3Objects objects;
    private FileStore store;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.start(folder.resolve("s3"));
        objects = server.objects(server.config());
        store = new S3FileStore(
                objects, SpoolCache.open(folder.resolve("cache"), 0, threads, System::nanoTime), threads);
    }

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        objects.close();
        server.close();
    }

    @Override
    public FileStore testee() {
        return store;
    }
}
