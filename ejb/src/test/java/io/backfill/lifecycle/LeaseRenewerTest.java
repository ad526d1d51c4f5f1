package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchTransitions;
import io.backfill.dispatch.AbortCause;
import io.backfill.run.RunningBatch;
import io.backfill.testing.RecordedLog;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseRenewerTest {
    private final LifecycleFixture node = new LifecycleFixture();

    @Test
    void renewShouldKeepTheLeaseAndTheRightToSend() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();

        node.time.advance(Duration.ofSeconds(15));
        node.renewer.renewOnce();
        node.time.advance(Duration.ofSeconds(15));

        assertThat(node.held(batch).maySend()).isTrue();
        assertThat(node.row(batch).lease().heldAt(node.time.instant())).isTrue();
    }

    @Test
    void onePassShouldRenewAllLeasesInOneCallAndReadNoRow() {
        for (int number = 1; number <= 5; number++) {
            node.create(number, "24h");
        }
        node.claims.claimOnce();
        int held = node.running.all().size();
        assertThat(held).isGreaterThan(1);
        List<String> calls = new ArrayList<>();
        LeaseRenewer renewer = new LeaseRenewer(
                counting(BatchCatalog.class, calls),
                counting(BatchLeases.class, calls),
                node.running,
                LifecycleFixture.CONFIG.lease(),
                node.time,
                node.time);
        node.time.advance(Duration.ofSeconds(15));

        renewer.renewOnce();

        assertThat(calls).containsExactly("renewAll");
        assertThat(node.running.all()).allMatch(RunningBatch::maySend);
    }

    private <T> T counting(Class<T> spi, List<String> calls) {
        return spi.cast(Proxy.newProxyInstance(
                LeaseRenewerTest.class.getClassLoader(), new Class<?>[] {spi}, (proxy, method, arguments) -> {
                    calls.add(method.getName());
                    return method.invoke(node.catalog, arguments);
                }));
    }

    @Test
    void aPauseShouldStopTheCallsOfTheHolderAndACancelShouldStillSettleTheBatch() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        RunningBatch held = node.held(batch);
        node.catalog.pause(batch.id(), BatchPause.Reason.USER);

        node.renewer.renewOnce();
        assertThat(held.abort().cause()).contains(AbortCause.PAUSE);

        Batch row = node.row(batch);
        node.catalog.replace(
                row, BatchTransitions.apply(row, new BatchEvent.CancelRequested(), node.time.instant()), List.of());
        node.renewer.lookForOrder(held);
        assertThat(held.abort().cause()).contains(AbortCause.CANCEL);
    }

    @Test
    void aWakeUpShouldPauseTheHolderAtOnce() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.catalog.pause(batch.id(), BatchPause.Reason.USER);

        node.renewer.lookForOrder(node.held(batch));

        assertThat(node.held(batch).abort().cause()).contains(AbortCause.PAUSE);
    }

    @Test
    void withoutRenewalTheRightToSendShouldEndBeforeTheLease() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();

        node.time.advance(Duration.ofSeconds(19));

        assertThat(node.held(batch).maySend()).isFalse();
        assertThat(node.row(batch).lease().heldAt(node.time.instant())).isTrue();
    }

    @Test
    void aLeaseThatSomebodyElseTookShouldAbort() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        RunningBatch held = node.held(batch);
        node.time.advance(Duration.ofSeconds(30));
        node.catalog.claim(batch.id(), "other/1", Duration.ofSeconds(20));

        node.renewer.renewOnce();

        assertThat(held.abort().cause()).contains(AbortCause.LOST_LEASE);
    }

    @Test
    void aLostLeaseShouldBeLoggedOnceWhoeverNoticesIt() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.time.advance(Duration.ofSeconds(30));
        node.catalog.claim(batch.id(), "other/1", Duration.ofSeconds(20));
        try (RecordedLog log = new RecordedLog("io.backfill")) {
            // as the link before the send does
            node.held(batch).abort().trip(AbortCause.LOST_LEASE);
            node.renewer.renewOnce();

            assertThat(log.messages())
                    .filteredOn(message -> message.contains("BF000202"))
                    .hasSize(1);
        }
    }

    @Test
    void aLeaseThatRanOutUnnoticedShouldBeRenewedWhileNobodyTookIt() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.time.advance(Duration.ofSeconds(30));

        node.renewer.renewOnce();

        assertThat(node.held(batch).abort().cause()).isEmpty();
        assertThat(node.held(batch).maySend()).isTrue();
    }

    @Test
    void aCancelInTheRowShouldAbort() {
        Batch batch = node.create(1, "24h");
        node.claims.claimOnce();
        node.apply(batch, new BatchEvent.Planned(10, Optional.empty()));
        node.apply(batch, new BatchEvent.CancelRequested());

        node.renewer.renewOnce();

        assertThat(node.held(batch).abort().cause()).contains(AbortCause.CANCEL);
    }

    @Test
    void theEndOfTheWindowShouldAbort() {
        Batch batch = node.create(1, "1m");
        node.claims.claimOnce();
        node.time.advance(Duration.ofSeconds(61));

        node.renewer.renewOnce();

        assertThat(node.held(batch).abort().cause()).contains(AbortCause.DEADLINE);
    }
}
