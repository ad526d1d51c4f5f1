package io.backfill.webhooks;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.NOON;
import static io.backfill.batches.SampleBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchSteering;
import io.backfill.batches.BatchSupervision;
import io.backfill.batches.CatalogFixture;
import io.backfill.batches.Forecast;
import io.backfill.batches.IdempotencyKey;
import io.backfill.batches.LineError;
import io.backfill.batches.Priority;
import io.backfill.batches.Racers;
import io.backfill.batches.SealedHeaders;
import io.backfill.batches.Steering;
import io.backfill.batches.Supervision;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.DeliveryId;
import io.backfill.ids.WebhookEndpointId;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests that every {@link WebhookEndpoints} and {@link WebhookOutbox} must pass, together with the catalog of the batches. */
public interface WebhookContract extends CatalogFixture {
    Duration LEASE = Duration.ofMinutes(1);

    WebhookEndpoints webhookEndpoints();

    WebhookOutbox outbox();

    BatchSupervision supervision();

    BatchSteering steering();

    /** Makes every delivery due earlier by {@code by}. */
    void ageDeliveries(Duration by);

    static WebhookEndpoint endpoint(TenantId tenant, int n, EventType... types) {
        return new WebhookEndpoint(
                new WebhookEndpointId(WebhookEndpointId.PREFIX + "690a0000%024x".formatted(n)),
                tenant,
                NOON,
                NOON,
                "endpoint " + n,
                "https://example.com/" + n,
                List.of(types),
                "abc=",
                new SealedHeaders("k", new byte[] {1, 2, -1, (byte) n}),
                0);
    }

    private WebhookEndpoint create(TenantId tenant, int n, EventType... types) {
        return webhookEndpoints().create(endpoint(tenant, n, types), Optional.empty(), 20);
    }

    private List<Delivery> claimAll() {
        return outbox().claim(LEASE, Map.of(), 1000, 1000);
    }

    private Batch refused(int n) {
        batches().insert(batch(n));
        return new BatchLifecycle(batches(), time())
                .applyAsOwner(
                        SeededIds.batch(n),
                        0,
                        new BatchEvent.Refused(List.of(LineError.ofFile("invalid_request", "no", "file_id"))),
                        List.of());
    }

    private static Delivery.Attempt answered(int status) {
        return new Delivery.Attempt(NOON, status, status / 100 == 2 ? "" : "the receiver answered " + status);
    }

    @Test
    default void createdEndpointShouldBeFoundByItsTenantOnly() {
        WebhookEndpoint created = create(ADA, 1, EventType.COMPLETED, EventType.AT_RISK);

        assertThat(webhookEndpoints().find(ADA, created.id())).contains(created);
        assertThat(webhookEndpoints().find(BOB, created.id())).isEmpty();
        assertThat(webhookEndpoints().list(BOB, Optional.empty(), 10)).isEmpty();
    }

    @Test
    default void endpointsShouldBeListedNewestFirstFromACursorThatNeedNotExist() {
        List<WebhookEndpointId> created = IntStream.rangeClosed(1, 4)
                .mapToObj(n -> create(ADA, n, EventType.FAILED).id())
                .toList();
        create(BOB, 9, EventType.FAILED);
        webhookEndpoints().delete(created.get(2));

        assertThat(webhookEndpoints().list(ADA, Optional.of(created.get(3)), 2))
                .extracting(WebhookEndpoint::id)
                .containsExactly(created.get(1), created.get(0));
        assertThat(webhookEndpoints().list(ADA, Optional.of(created.get(2)), 1))
                .extracting(WebhookEndpoint::id)
                .containsExactly(created.get(1));
    }

    @Test
    default void repeatedCreateShouldReturnTheFirstEndpoint() {
        IdempotencyKey key = new IdempotencyKey(ADA, "k", "print");
        WebhookEndpoint first = webhookEndpoints().create(endpoint(ADA, 1, EventType.FAILED), Optional.of(key), 20);

        assertThat(webhookEndpoints().create(endpoint(ADA, 2, EventType.FAILED), Optional.of(key), 20))
                .isEqualTo(first);
        assertThatThrownBy(() -> webhookEndpoints()
                        .create(
                                endpoint(ADA, 3, EventType.FAILED),
                                Optional.of(new IdempotencyKey(ADA, "k", "other")),
                                20))
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThat(webhookEndpoints().forgetKeys(NOON.plus(IdempotencyKey.REMEMBERED), 10))
                .isOne();
        webhookEndpoints().create(endpoint(ADA, 3, EventType.FAILED), Optional.of(key), 20);
        assertThat(webhookEndpoints().list(ADA, Optional.empty(), 10)).hasSize(2);
    }

    @Test
    default void concurrentCreatesShouldNotExceedTheLimit() {
        List<Boolean> created = Racers.race(6, n -> {
            try {
                webhookEndpoints().create(endpoint(ADA, n, EventType.FAILED), Optional.empty(), 4);
                return true;
            } catch (BackfillException full) {
                return false;
            }
        });

        assertThat(created).filteredOn(done -> done).hasSize(4);
        create(BOB, 7, EventType.FAILED);
        webhookEndpoints()
                .delete(webhookEndpoints()
                        .list(ADA, Optional.empty(), 1)
                        .getFirst()
                        .id());
        webhookEndpoints().create(endpoint(ADA, 8, EventType.FAILED), Optional.empty(), 4);
    }

    @Test
    default void replaceShouldCompareTheVersion() {
        WebhookEndpoint first = create(ADA, 1, EventType.FAILED);
        WebhookEndpoint renamed =
                first.with("new", "https://example.org/", List.of(EventType.PAUSED), NOON.plusSeconds(9));
        WebhookEndpoint rotated = renamed.with("xyz=", new SealedHeaders("k2", new byte[] {9}), NOON.plusSeconds(10));

        assertThat(webhookEndpoints().replace(first, renamed)).isTrue();
        assertThat(webhookEndpoints().replace(first, rotated)).isFalse();
        assertThat(webhookEndpoints().replace(renamed, rotated)).isTrue();
        assertThat(webhookEndpoints().find(first.id())).contains(rotated);
    }

    @Test
    default void endOfABatchShouldBecomeADeliveryToEachEndpointThatWantsIt() {
        WebhookEndpoint wants = create(ADA, 1, EventType.COMPLETED, EventType.FAILED);
        create(ADA, 2, EventType.COMPLETED);
        create(BOB, 3, EventType.FAILED);
        WebhookEndpoint too = create(ADA, 4, EventType.FAILED);

        Batch ended = refused(1);

        assertThat(claimAll())
                .extracting(Delivery::endpoint)
                .containsExactlyInAnyOrder(wants.id().value(), too.id().value());
        Delivery delivery =
                outbox().list(wants.id().value(), Optional.empty(), 10).getFirst();
        assertThat(delivery.event().type()).isEqualTo(EventType.FAILED);
        assertThat(delivery.event().batch()).isEqualTo(ended.id());
        assertThat(delivery.event().at()).isEqualTo(ended.ended().orElseThrow());
        assertThat(delivery.state()).isEqualTo(Delivery.State.PENDING);
        assertThat(delivery.attempts()).isZero();
    }

    @Test
    default void eachWayToEndShouldHaveItsEvent() {
        WebhookEndpoint all = create(ADA, 1, EventType.values());
        BatchLifecycle lifecycle = new BatchLifecycle(batches(), time());
        refused(1);
        batches().insert(batch(2));
        lifecycle.apply(batches().find(SeededIds.batch(2)).orElseThrow(), new BatchEvent.CancelRequested());
        assertThat(outbox().list(all.id().value(), Optional.empty(), 10)).hasSize(1);
        lifecycle.apply(batches().find(SeededIds.batch(2)).orElseThrow(), new BatchEvent.EndedUnplanned());
        batches().insert(batch(3));
        lifecycle.apply(batches().find(SeededIds.batch(3)).orElseThrow(), new BatchEvent.EndedUnplanned());

        assertThat(outbox().list(all.id().value(), Optional.empty(), 10))
                .extracting(delivery -> delivery.event().type())
                .containsExactlyInAnyOrder(EventType.FAILED, EventType.CANCELLED, EventType.EXPIRED);
    }

    @Test
    default void aWriteThatLostItsRaceShouldLeaveNoEvent() {
        create(ADA, 1, EventType.values());
        batches().insert(batch(1));
        Batch before = batches().find(SeededIds.batch(1)).orElseThrow();
        Batch cancelling = new BatchLifecycle(batches(), time()).apply(before, new BatchEvent.CancelRequested());
        Batch ended = new BatchLifecycle(batches(), time()).apply(cancelling, new BatchEvent.EndedUnplanned());

        assertThat(batches().replace(cancelling, ended, List.of())).isFalse();
        assertThat(claimAll()).hasSize(1);
    }

    @Test
    default void riskShouldBeAnEventOncePerBatch() {
        create(ADA, 1, EventType.AT_RISK);
        batches().insert(batch(1));
        Forecast risk = new Forecast(OptionalDouble.empty(), true, Optional.empty());

        batches().recordForecast(SeededIds.batch(1), 0, Forecast.NONE);
        assertThat(claimAll()).isEmpty();
        batches().recordForecast(SeededIds.batch(1), 7, risk);
        assertThat(claimAll()).as("another epoch").isEmpty();
        batches().recordForecast(SeededIds.batch(1), 0, risk);
        batches().recordForecast(SeededIds.batch(1), 0, Forecast.NONE);
        batches().recordForecast(SeededIds.batch(1), 0, risk);

        assertThat(claimAll()).extracting(delivery -> delivery.event().type()).containsExactly(EventType.AT_RISK);
    }

    @Test
    default void batchThatIsSetAsideShouldBeAnEvent() {
        create(ADA, 1, EventType.PAUSED);
        batches().insert(batch(1));
        for (int n = 0; n < Supervision.SET_ASIDE_FROM; n++) {
            assertThat(leases().claim(SeededIds.batch(1), "node", LEASE)
                            .or(() -> supervision().claimSuspect(SeededIds.batch(1), "node", LEASE)))
                    .isPresent();
            ageLeases(LEASE.plusSeconds(1));
        }
        assertThat(claimAll()).isEmpty();

        assertThat(supervision().setAside(10)).hasSize(1);
        supervision().setAside(10);

        assertThat(claimAll()).extracting(delivery -> delivery.event().type()).containsExactly(EventType.PAUSED);
    }

    @Test
    default void batchThatItsOwnerOrItsBudgetPausesShouldBeAnEvent() {
        create(ADA, 1, EventType.PAUSED);
        batches().insert(batch(1));
        batches()
                .insert(batch(2).withSteering(
                                new Steering(Priority.NORMAL, OptionalInt.empty(), OptionalLong.of(100))));
        long epoch = leases().claim(SeededIds.batch(2), "node", LEASE)
                .orElseThrow()
                .lease()
                .epoch();

        steering().pause(SeededIds.batch(1), BatchPause.Reason.USER);
        steering().pause(SeededIds.batch(1), BatchPause.Reason.USER);
        assertThat(steering().pauseSpent(SeededIds.batch(2), epoch, 99)).isFalse();
        assertThat(steering().pauseSpent(SeededIds.batch(2), epoch, 100)).isTrue();
        assertThat(steering().pauseSpent(SeededIds.batch(2), epoch, 200)).isFalse();

        assertThat(claimAll())
                .extracting(delivery -> delivery.event().batch())
                .containsExactlyInAnyOrder(SeededIds.batch(1), SeededIds.batch(2));
    }

    @Test
    default void aNodeThatDiesBetweenCommitAndDeliveryShouldLoseNothing() {
        WebhookEndpoint endpoint = create(ADA, 1, EventType.FAILED);
        IntStream.rangeClosed(1, 20).forEach(this::refused);
        Set<DeliveryId> all = outbox().list(endpoint.id().value(), Optional.empty(), 100).stream()
                .map(Delivery::id)
                .collect(Collectors.toSet());
        assertThat(all).hasSize(20);

        // this node dies with these
        List<Delivery> lost = outbox().claim(LEASE, Map.of(), 8, 100);
        assertThat(lost).hasSize(8);
        List<Delivery> others = claimAll();
        assertThat(others).hasSize(12).doesNotContainAnyElementsOf(lost);
        others.forEach(delivery -> assertThat(outbox().settle(delivery, answered(200), Optional.empty()))
                .isTrue());
        assertThat(claimAll()).isEmpty();
        ageDeliveries(LEASE.plusSeconds(1));

        List<Delivery> again = claimAll();
        assertThat(again)
                .extracting(Delivery::id)
                .containsExactlyInAnyOrderElementsOf(
                        lost.stream().map(Delivery::id).toList());
        // the node was only slow: its result does not count any more
        assertThat(outbox().settle(lost.getFirst(), answered(500), Optional.of(Duration.ofHours(1))))
                .isFalse();
        again.forEach(delivery -> assertThat(outbox().settle(delivery, answered(204), Optional.empty()))
                .isTrue());
        ageDeliveries(Duration.ofDays(1));
        assertThat(claimAll()).isEmpty();
        assertThat(outbox().list(endpoint.id().value(), Optional.empty(), 100))
                .hasSize(20)
                .allMatch(delivery -> delivery.state() == Delivery.State.DELIVERED && delivery.attempts() == 1);
    }

    @Test
    default void nodesThatClaimAtOnceShouldShareTheDeliveries() {
        create(ADA, 1, EventType.FAILED);
        IntStream.rangeClosed(1, 12).forEach(this::refused);

        List<DeliveryId> claimed = new ArrayList<>();
        Racers.race(3, node -> outbox().claim(LEASE, Map.of(), 12, 12))
                .forEach(some -> some.forEach(delivery -> claimed.add(delivery.id())));

        claimAll().forEach(delivery -> claimed.add(delivery.id()));
        assertThat(claimed).hasSize(12).doesNotHaveDuplicates();
    }

    @Test
    default void failedAttemptShouldBeDueAfterItsPauseAndKeepTheId() {
        WebhookEndpoint endpoint = create(ADA, 1, EventType.FAILED);
        refused(1);
        Delivery first = claimAll().getFirst();

        assertThat(outbox().settle(first, answered(500), Optional.of(Duration.ofMinutes(5))))
                .isTrue();
        assertThat(claimAll()).isEmpty();
        Delivery shown =
                outbox().list(endpoint.id().value(), Optional.empty(), 1).getFirst();
        assertThat(shown.state()).isEqualTo(Delivery.State.PENDING);
        assertThat(shown.last()).contains(answered(500));
        assertThat(shown.nextAttempt()).isPresent();
        ageDeliveries(Duration.ofMinutes(5).plusSeconds(1));

        Delivery second = claimAll().getFirst();
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.attempts()).isOne();
        outbox().settle(second, answered(503), Optional.empty());
        Delivery ended =
                outbox().list(endpoint.id().value(), Optional.empty(), 1).getFirst();
        assertThat(ended.state()).isEqualTo(Delivery.State.FAILED);
        assertThat(ended.nextAttempt()).isEmpty();
        assertThat(ended.attempts()).isEqualTo(2);
    }

    @Test
    default void redeliveryShouldBeDueAtOnceForItsEndpointOnly() {
        WebhookEndpoint endpoint = create(ADA, 1, EventType.FAILED);
        WebhookEndpoint other = create(ADA, 2, EventType.COMPLETED);
        refused(1);
        Delivery first = claimAll().getFirst();
        outbox().settle(first, answered(200), Optional.empty());

        assertThat(outbox().redeliver(other.id().value(), first.id())).isEmpty();
        assertThat(claimAll()).isEmpty();
        assertThat(outbox().redeliver(endpoint.id().value(), first.id()).map(Delivery::state))
                .contains(Delivery.State.PENDING);

        assertThat(claimAll()).extracting(Delivery::id).containsExactly(first.id());
    }

    @Test
    default void allowancesShouldBoundWhatAnEndpointGets() {
        WebhookEndpoint dead = create(ADA, 1, EventType.FAILED);
        WebhookEndpoint slow = create(ADA, 2, EventType.FAILED);
        WebhookEndpoint well = create(ADA, 3, EventType.FAILED);
        IntStream.rangeClosed(1, 6).forEach(this::refused);

        List<Delivery> claimed =
                outbox().claim(LEASE, Map.of(dead.id().value(), 0, slow.id().value(), 2), 5, 100);

        assertThat(claimed.stream().collect(Collectors.groupingBy(Delivery::endpoint, Collectors.counting())))
                .isEqualTo(Map.of(slow.id().value(), 2L, well.id().value(), 5L));
        assertThat(outbox().claim(LEASE, Map.of(), 5, 3)).hasSize(3);
    }

    @Test
    default void deleteShouldRemoveTheDeliveries() {
        WebhookEndpoint endpoint = create(ADA, 1, EventType.FAILED);
        refused(1);
        Delivery claimed = claimAll().getFirst();

        assertThat(webhookEndpoints().delete(endpoint.id())).isTrue();
        assertThat(webhookEndpoints().delete(endpoint.id())).isFalse();

        assertThat(outbox().list(endpoint.id().value(), Optional.empty(), 10)).isEmpty();
        assertThat(outbox().settle(claimed, answered(200), Optional.empty())).isFalse();
    }

    @Test
    default void sweepShouldKeepWhatIsPendingOrYoung() {
        WebhookEndpoint endpoint = create(ADA, 1, EventType.FAILED);
        refused(1);
        Instant created = outbox().list(endpoint.id().value(), Optional.empty(), 1)
                .getFirst()
                .until()
                .minus(Delivery.RETRIED);
        assertThat(outbox().forget(created.plusSeconds(1), 10)).as("pending").isZero();
        outbox().settle(claimAll().getFirst(), answered(200), Optional.empty());

        assertThat(outbox().forget(created, 10)).as("young").isZero();
        assertThat(outbox().forget(created.plusSeconds(1), 10)).isOne();
        assertThat(outbox().list(endpoint.id().value(), Optional.empty(), 10)).isEmpty();
    }

    @Test
    default void deliveriesShouldBePagedNewestFirst() {
        WebhookEndpoint endpoint = create(ADA, 1, EventType.FAILED);
        IntStream.rangeClosed(1, 5).forEach(this::refused);
        String id = endpoint.id().value();

        List<Delivery> all = outbox().list(id, Optional.empty(), 10);
        assertThat(all).hasSize(5).isSortedAccordingTo((a, b) -> b.id().compareTo(a.id()));
        assertThat(outbox().list(id, Optional.of(all.get(1).id()), 2)).isEqualTo(all.subList(2, 4));
    }
}
