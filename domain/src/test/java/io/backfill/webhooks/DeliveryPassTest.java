package io.backfill.webhooks;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.SealedHeaders;
import io.backfill.ids.WebhookEndpointId;
import io.backfill.memory.MemoryBatchCatalog;
import io.backfill.testing.PlainSecretVault;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Several nodes over one catalog, whose attempts run when the test says so. */
class DeliveryPassTest {
    private static final String WELL = "https://well.example/";
    private static final String DEAD = "https://dead.example/";

    private final SettableTime time = SettableTime.standing();
    private final MemoryBatchCatalog catalog = new MemoryBatchCatalog(time);
    private final PlainSecretVault vault = new PlainSecretVault();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> received = new ArrayList<>();
    private int calls;

    private DeliveryPass node(WebhookSender sender) {
        return node(sender, tasks::add);
    }

    private DeliveryPass node(WebhookSender sender, Executor executor) {
        return new DeliveryPass(
                new DeliveryPass.Ports(catalog.webhooks(), catalog.webhooks(), vault, List.of()),
                sender,
                executor,
                time,
                new Random(1));
    }

    private WebhookEndpoint endpoint(int n, String url) {
        WebhookEndpointId id = new WebhookEndpointId(WebhookEndpointId.PREFIX + "690a0000%024x".formatted(n));
        EndpointSecrets secrets = EndpointSecrets.of(SigningSecret.fresh(new Random(n)));
        Instant now = time.instant();
        return catalog.webhooks()
                .create(
                        new WebhookEndpoint(
                                id,
                                ADA,
                                now,
                                now,
                                "n",
                                url,
                                List.of(EventType.values()),
                                "h",
                                vault.seal(id, secrets),
                                0),
                        Optional.empty(),
                        20);
    }

    private void end(int n) {
        catalog.insert(batch(n));
        new BatchLifecycle(catalog, time)
                .apply(catalog.find(SeededIds.batch(n)).orElseThrow(), new BatchEvent.EndedUnplanned());
    }

    private List<Delivery> deliveries(WebhookEndpoint endpoint) {
        return catalog.webhooks().list(endpoint.id().value(), Optional.empty(), 10_000);
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private Delivery.Attempt answer(int status) {
        return new Delivery.Attempt(time.instant(), status, status == 200 ? "" : "the receiver answered " + status);
    }

    private Delivery.Attempt everyThirdFails(String url, String id, byte[] body, EndpointSecrets secrets) {
        if (++calls % 3 == 0) {
            return answer(500);
        }
        received.add(id);
        return answer(200);
    }

    @Test
    void nothingShouldBeLostWhileNodesDieAndTheReceiverFailsEveryThirdCall() {
        WebhookEndpoint endpoint = endpoint(1, WELL);
        IntStream.rangeClosed(1, 1000).forEach(this::end);
        Random random = new Random(7);

        for (int life = 0;
                life < 2000 && deliveries(endpoint).stream().anyMatch(d -> d.state() == Delivery.State.PENDING);
                life++) {
            node(this::everyThirdFails).runOnce();
            // the node dies after some of its attempts; what it has claimed is due again after the lease
            for (int n = random.nextInt(tasks.size() + 1); n > 0; n--) {
                tasks.remove().run();
            }
            tasks.clear();
            time.advance(DeliveryPass.LEASE);
        }

        assertThat(deliveries(endpoint))
                .hasSize(1000)
                .allMatch(delivery -> delivery.state() == Delivery.State.DELIVERED);
        Set<String> ids = new HashSet<>(received);
        assertThat(ids).hasSize(1000);
    }

    @Test
    void attemptWhoseResultWasNotRecordedShouldBeRepeatedUnderItsId() {
        endpoint(1, WELL);
        end(1);
        node((url, id, body, secrets) -> {
                    received.add(id);
                    throw new IllegalStateException("the process dies here");
                })
                .run();
        runTasks();
        node(this::everyThirdFails).run();
        assertThat(tasks).as("the lease holds").isEmpty();
        time.advance(DeliveryPass.LEASE);

        node(this::everyThirdFails).run();
        runTasks();

        assertThat(received).hasSize(2).containsOnly(received.getFirst());
    }

    @Test
    void receiverThatNeverAnswersShouldNotDelayAnother() {
        endpoint(1, DEAD);
        WebhookEndpoint well = endpoint(2, WELL);
        IntStream.rangeClosed(1, 100).forEach(this::end);
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger stuck = new AtomicInteger();
        DeliveryPass node = node(
                (url, id, body, secrets) -> {
                    if (url.equals(DEAD)) {
                        stuck.incrementAndGet();
                        awaitGate(gate);
                    }
                    return answer(200);
                },
                Thread::startVirtualThread);
        try {
            await().until(() -> {
                node.run();
                return delivered(well) == 100;
            });

            assertThat(stuck.get()).isEqualTo(DeliveryPass.EACH);
        } finally {
            gate.countDown();
        }
    }

    private static void awaitGate(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private int delivered(WebhookEndpoint endpoint) {
        return (int) deliveries(endpoint).stream()
                .filter(delivery -> delivery.state() == Delivery.State.DELIVERED)
                .count();
    }

    @Test
    void receiverShouldHaveFewOpenAttemptsAndOneAfterAFailure() {
        endpoint(1, DEAD);
        IntStream.rangeClosed(1, 100).forEach(this::end);
        DeliveryPass node = node((url, id, body, secrets) -> answer(503));

        node.run();
        node.run();
        assertThat(tasks).hasSize(DeliveryPass.EACH);
        runTasks();
        node.run();
        node.run();

        assertThat(tasks).hasSize(1);
    }

    @Test
    void deliveryShouldBeRetriedWithGrowingPausesAndGivenUpAfterThreeDays() {
        WebhookEndpoint endpoint = endpoint(1, DEAD);
        end(1);
        List<Instant> attempts = new ArrayList<>();
        DeliveryPass node = node(
                (url, id, body, secrets) -> {
                    attempts.add(time.instant());
                    return answer(500);
                },
                Runnable::run);
        Instant start = time.instant();

        while (deliveries(endpoint).getFirst().state() == Delivery.State.PENDING
                && time.instant().isBefore(start.plus(Duration.ofDays(4)))) {
            node.run();
            time.advance(Duration.ofSeconds(1));
        }

        Delivery ended = deliveries(endpoint).getFirst();
        assertThat(ended.state()).isEqualTo(Delivery.State.FAILED);
        assertThat(ended.attempts()).isEqualTo(attempts.size()).isBetween(72, 200);
        assertThat(Duration.between(attempts.get(0), attempts.get(1)))
                .isBetween(Duration.ofMillis(2500), Duration.ofSeconds(6));
        assertThat(Duration.between(start, attempts.getLast())).isBetween(Duration.ofHours(70), Duration.ofHours(72));
        Instant last = attempts.getLast();
        assertThat(Duration.between(attempts.get(attempts.size() - 2), last))
                .isBetween(Duration.ofMinutes(30), Duration.ofMinutes(61));
    }

    @Test
    void unreadableSecretAndDeletedEndpointShouldBeFailuresThatAreShown() {
        WebhookEndpoint endpoint = endpoint(1, WELL);
        WebhookEndpoint unreadable = endpoint.with("h", new SealedHeaders("gone", new byte[] {1}), time.instant());
        catalog.webhooks().replace(endpoint, unreadable);
        end(1);

        node(this::everyThirdFails).run();
        runTasks();

        assertThat(received).isEmpty();
        assertThat(deliveries(endpoint).getFirst().last().orElseThrow().error()).contains("secret");
    }
}
