package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Usage;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.fair.Places;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Calls at a replica are spaced, and waiting calls are woken when the next one is due. */
class PacedFleetTest {
    private static final Outcome OK = RecordingDispatcher.answer(200, "{}");
    private static final Usage USAGE = new Usage(1_000, 0, 24, 0, 1_024);

    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final FleetRegistry fleets = new FleetRegistry(time);
    private final List<Long> wakeUps = new ArrayList<>();
    private final Model model = TestModels.model("m", 1, 4, TestModels.QUICK, ModelTuning.DEFAULT);

    @Test
    void afterTheFirstAnswersCallsShouldBeSpaced() {
        fleets.onLater((name, nanos) -> wakeUps.add(nanos));
        serveOne(model);

        assertThat(take(model)).isPresent();
        assertThat(take(model)).as("the next call is not due yet").isEmpty();
        assertThat(take(model)).isEmpty();
        assertThat(wakeUps).as("one timer for all that wait").hasSize(1);
        assertThat(wakeUps.getFirst()).isBetween(50_000_000L, 200_000_000L);

        time.advance(Duration.ofNanos(wakeUps.getFirst()));
        assertThat(take(model)).isPresent();
    }

    @Test
    void withProtectionOffNothingShouldBeSpaced() {
        ModelTuning d = ModelTuning.DEFAULT;
        Model off = TestModels.model(
                "off",
                1,
                4,
                TestModels.QUICK,
                new ModelTuning(d.placement(), Optional.empty(), d.router(), OptionalInt.empty(), d.tokens()));
        serveOne(off);

        for (int i = 0; i < 4; i++) {
            assertThat(take(off)).isPresent();
        }
    }

    /** A line that is not served, or whose usage is never reported, leaves nothing behind that would be mistaken for another's. */
    @Test
    void usageOfACallThatWasNotServedShouldBeIgnored() {
        ModelRequest request = TestRequests.to(model, abort);
        fleets.tryTake(request).orElseThrow().release(new Outcome.TimedOut());
        fleets.used(request, USAGE);
        fleets.used(TestRequests.to(TestModels.model("unknown", 4), abort), USAGE);

        assertThat(take(model)).isPresent();
        assertThat(take(model)).isPresent();
    }

    private void serveOne(Model of) {
        ModelRequest request = TestRequests.to(of, abort);
        Places.Place place = fleets.tryTake(request).orElseThrow();
        time.advance(Duration.ofSeconds(1));
        place.release(OK);
        fleets.used(request, USAGE);
    }

    private Optional<Places.Place> take(Model of) {
        return fleets.tryTake(TestRequests.to(of, abort));
    }
}
