package io.backfill.results.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.files.s3.S3Config;
import io.backfill.files.s3.S3Objects;
import io.backfill.files.s3.S3Server;
import io.backfill.files.s3.S3Store;
import io.backfill.files.s3.StagedHttp;
import io.backfill.results.Checkpoint;
import io.backfill.results.PlannedBatch;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.testing.SeededIds;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** One planned batch in S3, and owners of its log, each with a connection that the test observes. */
final class S3LogFixture implements AutoCloseable {
    /** A configuration in which three tails make a segment. */
    static final S3LogConfig SMALL = new S3LogConfig(1 << 20, 3, 1 << 20);

    private final S3Store s3;
    private final PlannedBatch batch;
    private final List<S3Objects> connections = new ArrayList<>();

    private S3LogFixture(S3Store s3, PlannedBatch batch) {
        this.s3 = s3;
        this.batch = batch;
    }

    static S3LogFixture planned(Path cache, int lines) throws IOException {
        S3Store s3 = S3Store.of(cache);
        return new S3LogFixture(s3, PlannedBatch.in(s3.store(), SeededIds.batch(1), lines));
    }

    S3Store s3() {
        return s3;
    }

    PlannedBatch batch() {
        return batch;
    }

    /** Returns the logs as another process has them, without retries. */
    ResultLogs logs(S3LogConfig config, StagedHttp.Stage stage) {
        return logs(config, 1, Duration.ofSeconds(60), stage);
    }

    ResultLogs logs(S3LogConfig config, int attempts, Duration timeout, StagedHttp.Stage stage) {
        S3Config connection = S3Server.shared().config(s3.config().prefix(), timeout, attempts);
        S3Objects objects = S3Server.shared().objects(connection, stage);
        connections.add(objects);
        return new S3ResultLogs(objects, s3.store(), config, s3.threads());
    }

    ResultLog open(ResultLogs logs, long epoch) throws IOException {
        return logs.open(batch.id(), batch.plan(), epoch);
    }

    ResultLog open(long epoch) throws IOException {
        return open(logs(S3LogConfig.DEFAULT, (request, sending) -> sending.send()), epoch);
    }

    /** Opens the log as the next owner, and returns the plan positions that it finds, including duplicates. */
    List<Integer> found(long epoch) throws IOException {
        try (ResultLog log = open(epoch)) {
            Checkpoint checkpoint = log.checkpoint();
            List<Integer> places = batch.placesIn(s3.store(), checkpoint);
            assertThat(checkpoint.done().stream().boxed().toList()).isEqualTo(places);
            assertThat(checkpoint.totals().completed() + checkpoint.totals().failed())
                    .isEqualTo(places.size());
            assertThat(log.totals()).isEqualTo(checkpoint.totals());
            return places;
        }
    }

    /** Returns the keys in the log's folder that contain this text. */
    List<String> keys(String part) throws IOException {
        return s3.keys(ResultLogs.folder(batch.id(), 0) + "/").stream()
                .filter(key -> key.contains(part))
                .toList();
    }

    static List<Integer> places(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Override
    public void close() {
        connections.forEach(S3Objects::close);
        s3.close();
    }
}
