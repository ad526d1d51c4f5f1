package io.backfill.results.s3;

import static io.backfill.results.s3.S3LogFixture.places;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.files.s3.StagedHttp;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.testing.SeededRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpRequest;

/** The death of a process is simulated by a connection on which nothing arrives any more. The last request may or may not arrive. */
class S3ResultLogCrashTest {
    private static final int LINES = 20;

    @TempDir
    Path cache;

    private S3LogFixture fixture;

    @BeforeEach
    void plan() throws IOException {
        fixture = S3LogFixture.planned(cache, LINES);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Dies at the first request that {@code last} accepts. */
    private static final class Death implements StagedHttp.Stage {
        private final Predicate<SdkHttpRequest> last;
        private final boolean arrives;
        private volatile boolean dead;

        Death(Predicate<SdkHttpRequest> last, boolean arrives) {
            this.last = last;
            this.arrives = arrives;
        }

        @Override
        public HttpExecuteResponse answer(SdkHttpRequest request, StagedHttp.Sending sending) throws IOException {
            boolean dies = !dead && last.test(request);
            if (dies && arrives) {
                sending.send();
            }
            dead |= dies;
            if (dead) {
                throw new IOException("the process is dead");
            }
            return sending.send();
        }
    }

    /** Appends and records checkpoints until the owner dies, or closes the log. Returns the acknowledged positions. */
    private List<Integer> appendUntilDeath(ResultLogs logs, long epoch, int from) {
        List<Integer> acknowledged = new ArrayList<>();
        try (ResultLog log = fixture.open(logs, epoch)) {
            for (int place = from; place < LINES; place++) {
                fixture.batch().append(log, place);
                acknowledged.add(place);
                if (place % 7 == 6) {
                    log.checkpoint();
                }
            }
        } catch (IOException death) {
            // the owner has died; what was acknowledged before counts
        }
        return acknowledged;
    }

    @ParameterizedTest
    @CsvSource({
        "TAIL, false",
        "TAIL, true",
        "SEGMENT, false",
        "SEGMENT, true",
        "CHECKPOINT, false",
        "CHECKPOINT, true",
        "DELETE, false",
        "DELETE, true"
    })
    void everyAcknowledgedLineShouldBeThereOnceWhereverItsOwnerDied(Moment moment, boolean arrives) throws IOException {
        AtomicInteger seen = new AtomicInteger();
        // the first checkpoint is the one recorded when the log is opened
        Death death = new Death(request -> moment.is(request) && seen.incrementAndGet() == 2, arrives);
        List<Integer> acknowledged = appendUntilDeath(fixture.logs(S3LogFixture.SMALL, death), 1, 0);
        assertThat(acknowledged).isNotEmpty();
        List<Integer> found = fixture.found(2);
        assertThat(found).startsWith(acknowledged.toArray(Integer[]::new)).doesNotHaveDuplicates();
        assertThat(found.size() - acknowledged.size()).as("lines on their way").isBetween(0, 1);
        assertThat(fixture.keys("-t0")).as("tails that are decided about").isEmpty();
        assertThat(fixture.found(3)).isEqualTo(found);
    }

    /** Four owners in a row. The first three die at any request, which arrives or not. */
    @RepeatedTest(12)
    void everyAcknowledgedLineShouldBeThereOnceAfterManyDeaths(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        TreeSet<Integer> acknowledged = new TreeSet<>();
        for (int epoch = 1; epoch <= 3; epoch++) {
            int lifetime = 1 + random.nextInt(25);
            AtomicInteger requests = new AtomicInteger();
            Death death = new Death(request -> requests.incrementAndGet() >= lifetime, random.nextBoolean());
            int from = fixture.batch().size();
            try (ResultLog log = fixture.open(epoch)) {
                from = log.done().nextClearBit(0);
            }
            acknowledged.addAll(places(0, from));
            acknowledged.addAll(appendUntilDeath(fixture.logs(S3LogFixture.SMALL, death), epoch, from));
        }
        List<Integer> found = fixture.found(4);
        assertThat(found).containsAll(acknowledged).doesNotHaveDuplicates();
        assertThat(found.size() - acknowledged.size()).isBetween(0, 1);
        try (ResultLog log = fixture.open(5)) {
            fixture.batch().append(log, found.size(), LINES);
        }
        assertThat(fixture.found(6)).isEqualTo(places(0, LINES));
    }
}
