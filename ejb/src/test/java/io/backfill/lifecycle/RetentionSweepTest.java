package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.memory.MemorySweepLeases;
import io.backfill.retention.SweepLeases;
import io.backfill.retention.SweepReport;
import io.backfill.testing.SettableTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests which node runs a sweep and what is reported. {@link SweepsTest} tests what the sweeps remove. */
class RetentionSweepTest {
    private final SettableTime time = SettableTime.standing();
    private final SweepLeases leases = new MemorySweepLeases(time);
    private final List<String> told = new ArrayList<>();
    private final ScriptedSweep work = new ScriptedSweep();

    private RetentionSweep node(String name, boolean dryRun) {
        SweepReport report = new SweepReport() {
            @Override
            public void removed(String kind, long things) {
                told.add(name + " removed " + things);
            }

            @Override
            public void removable(String kind, long things) {
                told.add(name + " would remove " + things);
            }
        };
        return new RetentionSweep(work, new RetentionSweep.Terms(leases, name, dryRun, time, report));
    }

    @Test
    void ofTwoNodesOneShouldSweep() {
        RetentionSweep a = node("a", false);
        RetentionSweep b = node("b", false);
        work.will(() -> 2, () -> 0, () -> 1);

        assertThat(a.sweepOnce()).isEqualTo(3);
        assertThat(b.sweepOnce()).isZero();
        assertThat(a.sweepOnce()).isZero();
        assertThat(told).containsExactly("a removed 2", "a removed 1");

        time.advance(work.pause());
        work.will(() -> 5);
        assertThat(b.sweepOnce()).isEqualTo(5);
        assertThat(a.sweepOnce()).isZero();
        assertThat(work.passes).isEqualTo(2);
    }

    @Test
    void theSweepOfANodeThatDiedOverItShouldGoToAnother() {
        leases.take(work.kind(), "dead", Duration.ofMinutes(5));
        work.will(() -> 1);

        assertThat(node("b", false).sweepOnce()).isZero();
        time.advance(Duration.ofMinutes(5));

        assertThat(node("b", false).sweepOnce()).isEqualTo(1);
    }

    @Test
    void aNodeThatSleptOverItsTurnShouldLeaveTheRestToTheOther() {
        work.will(
                () -> {
                    // the process is suspended in the middle of a piece, and another node takes the turn
                    time.advance(Duration.ofMinutes(6));
                    leases.take(work.kind(), "b", Duration.ofMinutes(5));
                    return 1;
                },
                () -> 10);

        assertThat(node("a", false).sweepOnce()).isEqualTo(1);
        assertThat(leases.take(work.kind(), "c", Duration.ofMinutes(5))).isFalse();
        assertThat(leases.take(work.kind(), "b", Duration.ofMinutes(5))).isTrue();
    }

    @Test
    void aPassThatFailedShouldSoonBeTriedAgainByAnybody() {
        work.will(() -> 1, () -> {
            throw new IOException("the store is away");
        });
        assertThat(node("a", false).sweepOnce()).isEqualTo(1);

        time.advance(Duration.ofMinutes(1));
        work.will(() -> 7);
        assertThat(node("b", false).sweepOnce()).isEqualTo(7);
    }

    @Test
    void aBugInASweepShouldComeToLightAndGiveTheTurnBack() {
        work.will(() -> {
            throw new IllegalStateException("a bug");
        });
        assertThatThrownBy(() -> node("a", false).sweepOnce()).hasMessage("a bug");

        time.advance(Duration.ofMinutes(1));
        work.will(() -> 1);
        assertThat(node("b", false).sweepOnce()).isEqualTo(1);
    }

    @Test
    void aDryRunShouldTellWhatItWouldRemove() {
        work.will(() -> 2, () -> 3);

        assertThat(node("a", true).sweepOnce()).isEqualTo(5);

        assertThat(work.dry).isTrue();
        assertThat(told).containsExactly("a would remove 5");
    }

    @Test
    void whatANodeDoesForItselfShouldNotWaitForOthers() {
        RetentionSweep.Terms terms = new RetentionSweep.Terms(leases, "a", false, time, new SweepReport() {
            @Override
            public void removed(String kind, long things) {
                told.add("own " + things);
            }

            @Override
            public void removable(String kind, long things) {
                throw new AssertionError("no dry run");
            }
        });
        RetentionSweep own = new RetentionSweep(work, terms.own());
        leases.take(work.kind(), "b", Duration.ofMinutes(5));
        work.will(() -> 1);

        assertThat(own.sweepOnce()).isEqualTo(1);
        assertThat(own.period()).isEqualTo(work.pause());
        assertThat(new RetentionSweep(work, terms).period()).isEqualTo(Duration.ofMinutes(1));
    }

    private interface Piece {
        int once() throws IOException;
    }

    /** Runs the given pieces, one at a time. */
    private static final class ScriptedSweep implements Sweep {
        private final Deque<Piece> pieces = new ArrayDeque<>();
        int passes;
        boolean dry;

        void will(Piece... next) {
            pieces.clear();
            pieces.addAll(List.of(next));
        }

        @Override
        public String kind() {
            return "things";
        }

        @Override
        public Duration pause() {
            return Duration.ofMinutes(30);
        }

        @Override
        public Pass begin(Instant now, boolean dryRun) {
            passes++;
            dry = dryRun;
            return () -> new Found(pieces.removeFirst().once(), pieces.isEmpty());
        }
    }
}
