package io.backfill.results.s3;

import io.backfill.files.FileStore;
import io.backfill.files.s3.S3Store;
import io.backfill.results.ResultLogContract;
import io.backfill.results.ResultLogs;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class S3ResultLogTest implements ResultLogContract {
    @TempDir
    Path cache;

    private S3Store s3;
    private ResultLogs logs;

    S3LogConfig config() {
        return S3LogConfig.DEFAULT;
    }

    @BeforeEach
    void open() throws IOException {
        s3 = S3Store.of(cache);
        logs = new S3ResultLogs(s3.objects(), s3.store(), config(), s3.threads());
    }

    @AfterEach
    void close() {
        s3.close();
    }

    @Override
    public ResultLogs testee() {
        return logs;
    }

    @Override
    public FileStore store() {
        return s3.store();
    }
}
