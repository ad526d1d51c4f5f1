package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.models.Model;
import io.backfill.testing.RecordedLog;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LeasedCapsTest {
    private static final Duration LEASE = Duration.ofSeconds(20);

    private final SettableTime time = SettableTime.standing();
    private final MemoryShareTable table = new MemoryShareTable();
    private final Model model = TestModels.model("m", 8);
    private final LeasedCaps caps = new LeasedCaps(table, "a", LEASE, time);
    private LeasedCaps.Load load = new LeasedCaps.Load(0, 0);

    @Test
    void aModelShouldHaveNothingBeforeThePassThatItAsksFor() {
        AtomicInteger asked = new AtomicInteger();
        caps.onFirstCall(asked::incrementAndGet);

        assertThat(caps.slots(model)).isZero();
        assertThat(caps.slots(model)).isZero();
        assertThat(asked).hasValue(1);

        pass();
        assertThat(caps.slots(model)).isEqualTo(8);
    }

    @Test
    void aShareThatIsNotRenewedShouldBeWorthNothingBeforeItRunsOut() {
        caps.slots(model);
        pass();
        time.advance(LEASE.minusSeconds(2).minusMillis(1));
        assertThat(caps.slots(model)).isEqualTo(8);

        time.advance(Duration.ofMillis(1));
        assertThat(caps.slots(model)).isZero();

        pass();
        assertThat(caps.slots(model)).isEqualTo(8);
    }

    @Test
    void aDatabaseThatIsAwayShouldChangeNothingUntilThen() {
        AtomicInteger calls = new AtomicInteger();
        ShareTable away = new ShareTable() {
            @Override
            public Map<String, Integer> exchangeAll(List<Ask> asks, Open open) {
                if (calls.getAndIncrement() == 0) {
                    return Map.of("m", 5);
                }
                throw new BackfillException(ErrorCode.UNAVAILABLE, "away");
            }

            @Override
            public Map<String, Others> others(Set<String> models, String node) {
                return Map.of();
            }

            @Override
            public int held(String name, String prefix, String except) {
                return 0;
            }

            @Override
            public void giveBack(String name, String node) {}

            @Override
            public Set<String> names(String prefix) {
                return Set.of();
            }

            @Override
            public void giveBackAll(String node) {}
        };
        LeasedCaps own = new LeasedCaps(away, "a", LEASE, time);
        own.slots(model);
        own.exchangeOnce(name -> load);

        time.advance(LEASE.dividedBy(3));
        assertThatThrownBy(() -> own.exchangeOnce(name -> load)).isInstanceOf(BackfillException.class);
        assertThat(own.slots(model)).isEqualTo(5);
        time.advance(LEASE);
        assertThat(own.slots(model)).isZero();
    }

    @Test
    void anExchangeThatFailsForAnyReasonShouldBeRepeatedInTheNextPass() {
        caps.slots(model);
        pass();
        time.advance(LEASE.dividedBy(3));
        int before = table.exchanges();
        assertThatThrownBy(() -> caps.exchangeOnce(name -> {
                    if (table.exchanges() > before) {
                        throw new IllegalStateException("a bug");
                    }
                    return load;
                }))
                .isInstanceOf(IllegalStateException.class);

        pass();

        assertThat(table.exchanges()).isEqualTo(before + 2);
    }

    @Test
    void anExchangeShouldBeLoggedIfItChangesTheSlots() {
        load = new LeasedCaps.Load(2, 1);
        try (RecordedLog log = new RecordedLog("io.backfill.fair")) {
            caps.slots(model);
            pass();
            time.advance(LEASE.dividedBy(2));
            pass();

            assertThat(log.messages())
                    .containsExactly("Share of model m: 8 slots instead of 0; wanted 3 of a cap of 8, others had 0");
        }
    }

    @Test
    void whatANewNodeGetsShouldBeGivenUpFirst() {
        LeasedCaps other = new LeasedCaps(table, "b", LEASE, time);
        load = new LeasedCaps.Load(8, 50);
        caps.slots(model);
        other.slots(model);
        pass();
        other.exchangeOnce(name -> new LeasedCaps.Load(0, 50));
        assertThat(other.slots(model)).isZero();

        pass();
        assertThat(caps.slots(model)).isEqualTo(4);
        other.exchangeOnce(name -> new LeasedCaps.Load(0, 50));
        assertThat(other.slots(model)).as("all eight are still open").isZero();

        load = new LeasedCaps.Load(4, 50);
        pass();
        other.exchangeOnce(name -> new LeasedCaps.Load(0, 50));
        assertThat(other.slots(model)).isEqualTo(4);
    }

    @Test
    void aShareThatNobodyNeedsShouldBeGivenBack() {
        caps.slots(model);
        for (int pass = 0; pass < 30; pass++) {
            pass();
        }
        assertThat(table.slots("m")).isZero();
        assertThat(caps.slots(model)).isZero();
        pass();
        assertThat(caps.slots(model)).isEqualTo(8);
    }

    @Test
    void aStoppingNodeShouldGiveBackWhatIsNotOpen() {
        caps.slots(model);
        pass();
        caps.giveBack(name -> 3);
        assertThat(caps.slots(model)).isZero();
        assertThat(table.slots("m")).isEqualTo(8);
        caps.giveBack(name -> 0);
        assertThat(table.slots("m")).isZero();
    }

    @Test
    void aPassShouldRenewAllModelsInOneExchangeAtAThirdOfTheLease() {
        Model other = TestModels.model("other", 4);
        caps.slots(model);
        caps.slots(other);
        load = new LeasedCaps.Load(1, 0);
        pass();
        assertThat(table.exchanges()).isEqualTo(1);
        assertThat(caps.slots(model)).isEqualTo(8);
        assertThat(caps.slots(other)).isEqualTo(4);

        for (int pass = 0; pass < 13; pass++) {
            time.advance(Duration.ofMillis(500));
            pass();
        }
        assertThat(table.exchanges()).as("nothing changed").isEqualTo(1);
        time.advance(Duration.ofMillis(500));
        pass();
        assertThat(table.exchanges()).isEqualTo(2);
        time.advance(LEASE.minusSeconds(3));
        assertThat(caps.slots(model)).isEqualTo(8);
        assertThat(caps.slots(other)).isEqualTo(4);
    }

    @Test
    void aChangedCapShouldCountAtTheNextPass() {
        caps.slots(model);
        pass();
        caps.slots(TestModels.model("m", 3));

        pass();

        assertThat(table.slots("m")).isEqualTo(3);
    }

    @Test
    void whatOthersLackShouldBeGivenUpAtTheNextPass() {
        LeasedCaps other = new LeasedCaps(table, "b", LEASE, time);
        load = new LeasedCaps.Load(2, 0);
        caps.slots(model);
        pass();
        other.slots(model);
        other.exchangeOnce(name -> new LeasedCaps.Load(0, 50));
        assertThat(other.slots(model)).isZero();

        pass();
        other.exchangeOnce(name -> new LeasedCaps.Load(0, 50));

        assertThat(caps.slots(model)).isEqualTo(2);
        assertThat(other.slots(model)).isEqualTo(6);
        int before = table.exchanges();
        pass();
        other.exchangeOnce(name -> new LeasedCaps.Load(6, 50));
        assertThat(table.exchanges()).as("all is given").isLessThanOrEqualTo(before + 1);
        pass();
        other.exchangeOnce(name -> new LeasedCaps.Load(6, 50));
        assertThat(table.exchanges()).isLessThanOrEqualTo(before + 1);
    }

    private void pass() {
        caps.exchangeOnce(name -> load);
    }
}
