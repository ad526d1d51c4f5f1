package io.backfill.feed;

import io.backfill.files.FileStore;
import io.backfill.files.s3.S3Store;
import io.backfill.results.ResultLogs;
import io.backfill.results.s3.S3LogConfig;
import io.backfill.results.s3.S3ResultLogs;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class S3FeedTest implements FeedContract {
    @TempDir
    Path cache;

    private S3Store s3;
    private ResultLogs logs;

    @BeforeEach
    void open() throws IOException {
        s3 = S3Store.of(cache);
        logs = new S3ResultLogs(s3.objects(), s3.store(), S3LogConfig.DEFAULT, s3.threads());
    }

    @AfterEach
    void close() {
        s3.close();
    }

    @Override
    public FileStore store() {
        return s3.store();
    }

    @Override
    public ResultLogs logs() {
        return logs;
    }
}
