package io.backfill.files.s3;

import io.backfill.files.FileStore;
import io.backfill.files.FileStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class S3FileStoreTest implements FileStoreContract {
    @TempDir
    Path cache;

    private S3Store s3;

    @BeforeEach
    void open() throws IOException {
        s3 = S3Store.of(cache);
    }

    @AfterEach
    void close() {
        s3.close();
    }

    @Override
    public FileStore testee() {
        return s3.store();
    }
}
