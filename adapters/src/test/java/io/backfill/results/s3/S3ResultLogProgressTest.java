package io.backfill.results.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.results.LogTotals;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What another process, such as the gateway of a batch that runs in pods, sees of an open log. */
class S3ResultLogProgressTest {
    private static final int LINES = 120;

    @TempDir
    Path cache;

    /** Regression: the counts of an offloaded batch moved in whole shards. */
    @Test
    void anOpenLogShouldShowItsProgress() throws IOException {
        try (S3LogFixture fixture = S3LogFixture.planned(cache, LINES)) {
            ResultLogs others = fixture.logs(S3LogConfig.DEFAULT, (request, sending) -> sending.send());
            try (ResultLog log = fixture.open(1)) {
                fixture.batch().append(log, 0, 10);
                for (int chunk = 0; chunk < 2; chunk++) {
                    log.record();
                }

                await().until(() -> logged(others, fixture) == 10);
            }
        }
    }

    @Test
    void aLogOfManyChunksShouldHaveFewSegments() throws IOException {
        try (S3LogFixture fixture = S3LogFixture.planned(cache, LINES)) {
            ResultLogs others = fixture.logs(S3LogConfig.DEFAULT, (request, sending) -> sending.send());
            try (ResultLog log = fixture.open(1)) {
                for (int line = 0; line < LINES; line++) {
                    fixture.batch().append(log, line);
                    log.record();
                }
                await().until(() -> {
                    log.record();
                    return logged(others, fixture) > LINES * 8 / 10;
                });
                // every second chunk, one segment of each kind
                assertThat(others.newest(fixture.batch().id(), 0).segments()).hasSizeBetween(5, 2 * (LINES / 2 + 1));
            }
            assertThat(fixture.found(2)).isEqualTo(S3LogFixture.places(0, LINES));
        }
    }

    private static int logged(ResultLogs logs, S3LogFixture fixture) throws IOException {
        LogTotals totals = logs.newest(fixture.batch().id(), 0).totals();
        return totals.completed() + totals.failed();
    }
}
