package io.backfill.decompression;

import io.backfill.files.FileStore;
import io.backfill.files.s3.S3Store;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class CompressedInputInS3Test implements CompressedInputContract {
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
    public FileStore store() {
        return s3.store();
    }
}
