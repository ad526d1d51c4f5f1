package io.backfill.results.s3;

import static io.backfill.results.s3.S3LogFixture.places;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.files.s3.StagedHttp;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpRequest;

/** A write that failed may have taken effect, or may take effect at any later time because it was delayed in the network. */
class S3ResultLogLateWritesTest {
    @TempDir
    Path cache;

    private S3LogFixture fixture;
    private final Buffer buffer = new Buffer();
    private ResultLogs logs;

    @BeforeEach
    void plan() throws IOException {
        fixture = S3LogFixture.planned(cache, 40);
        logs = fixture.logs(S3LogConfig.DEFAULT, buffer);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Holds one request back and reports to its sender that it failed. */
    private static final class Buffer implements StagedHttp.Stage {
        private Optional<Moment> wanted = Optional.empty();
        private Optional<StagedHttp.Sending> kept = Optional.empty();

        @Override
        public synchronized HttpExecuteResponse answer(SdkHttpRequest request, StagedHttp.Sending sending)
                throws IOException {
            if (wanted.isEmpty() || !wanted.get().is(request)) {
                return sending.send();
            }
            wanted = Optional.empty();
            kept = Optional.of(sending);
            throw new IOException("no answer");
        }

        synchronized void keepNext(Moment moment) {
            wanted = Optional.of(moment);
        }

        synchronized void deliver() throws IOException {
            assertThat(kept.orElseThrow().send().httpResponse().isSuccessful()).isTrue();
        }
    }

    /** Appends position 10; the write is held back and reported as failed. */
    private void appendLost(ResultLog log) {
        buffer.keepNext(Moment.TAIL);
        assertThatThrownBy(() -> fixture.batch().append(log, 10)).isInstanceOf(IOException.class);
        assertThat(log.done().get(10)).isFalse();
        assertThat(log.totals()).isEqualTo(fixture.batch().totals(0, 10));
    }

    @Test
    void lineThatWasWrittenTwiceShouldCountOnce() throws IOException {
        ResultLog log = fixture.open(logs, 1);
        fixture.batch().append(log, 0, 10);
        appendLost(log);
        buffer.deliver();
        fixture.batch().append(log, 10, 12);
        assertThat(fixture.keys("-t0")).hasSize(13);
        assertThat(fixture.found(2)).isEqualTo(places(0, 12));
    }

    @Test
    void lineThatWasWrittenThoughItsAppendFailedShouldNotBeLostNorDoubled() throws IOException {
        ResultLog log = fixture.open(logs, 1);
        fixture.batch().append(log, 0, 10);
        appendLost(log);
        buffer.deliver();
        assertThat(fixture.found(2)).isEqualTo(places(0, 11));
    }

    @Test
    void tailThatComesAfterItsSegmentShouldNotCount() throws IOException {
        ResultLog log = fixture.open(logs, 1);
        fixture.batch().append(log, 0, 10);
        appendLost(log);
        fixture.batch().append(log, 10, 12);
        log.checkpoint();
        buffer.deliver();
        fixture.batch().append(log, 12, 14);
        assertThat(fixture.found(2)).isEqualTo(places(0, 14));
    }

    @Test
    void tailThatComesAfterTheTakeoverShouldNotCount() throws IOException {
        ResultLog log = fixture.open(logs, 1);
        fixture.batch().append(log, 0, 10);
        appendLost(log);
        ResultLog owner = fixture.open(2);
        buffer.deliver();
        fixture.batch().append(owner, 10, 12);
        assertThat(fixture.found(3)).isEqualTo(places(0, 12));
    }

    @Test
    void tailThatComesAfterTheSameOwnerOpenedAgainShouldNotCount() throws IOException {
        ResultLog log = fixture.open(logs, 1);
        fixture.batch().append(log, 0, 10);
        appendLost(log);
        log.close();
        ResultLog again = fixture.open(logs, 1);
        fixture.batch().append(again, 10, 12);
        buffer.deliver();
        assertThat(fixture.found(2)).isEqualTo(places(0, 12));
    }

    @ParameterizedTest
    @EnumSource(names = {"SEGMENT", "CHECKPOINT"})
    void whatAFailedOpeningWroteShouldNotCountWhenItComesLate(Moment moment) throws IOException {
        ResultLog died = fixture.open(1);
        fixture.batch().append(died, 0, 10);
        buffer.keepNext(moment);
        assertThatThrownBy(() -> fixture.open(logs, 2)).isInstanceOf(IOException.class);
        // the owner that was thought dead had one more line in progress
        fixture.batch().append(died, 10);
        ResultLog log = fixture.open(logs, 2);
        assertThat(log.totals()).isEqualTo(fixture.batch().totals(0, 11));
        fixture.batch().append(log, 11, 15);
        buffer.deliver();
        log.checkpoint();
        fixture.batch().append(log, 15, 17);
        assertThat(fixture.found(3)).isEqualTo(places(0, 17));
    }

    @ParameterizedTest
    @EnumSource(names = {"SEGMENT", "CHECKPOINT"})
    void compactionThatFailedShouldBeDoneAgainAndMayComeLate(Moment moment) throws IOException {
        ResultLog log = fixture.open(logs, 1);
        fixture.batch().append(log, 0, 10);
        buffer.keepNext(moment);
        assertThatThrownBy(log::checkpoint).isInstanceOf(IOException.class);
        fixture.batch().append(log, 10, 12);
        assertThat(fixture.batch().placesIn(fixture.s3().store(), log.checkpoint()))
                .isEqualTo(places(0, 12));
        fixture.batch().append(log, 12, 14);
        buffer.deliver();
        assertThat(log.totals()).isEqualTo(fixture.batch().totals(0, 14));
        assertThat(fixture.found(2)).isEqualTo(places(0, 14));
        assertThat(log.done().cardinality()).isEqualTo(14);
    }
}
