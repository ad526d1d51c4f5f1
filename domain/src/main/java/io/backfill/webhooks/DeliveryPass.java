package io.backfill.webhooks;

import io.backfill.ids.WebhookEndpointId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Delivers what is due. Each round claims deliveries and starts one task for each, so that the round itself waits for no receiver. A
 * receiver has at most {@link #EACH} attempts open on this node, and one after it failed, so that a dead one takes little of what all
 * share. Every node may run it. If the process dies, the leases of its attempts end and their deliveries are claimed again.
 */
public final class DeliveryPass {
    static final int EACH = 8;

    /** Attempts that are open together on a node. */
    private static final int MOST_OPEN = 1024;

    /** Deliveries that one round claims. */
    private static final int AT_ONCE = 128;

    /** Longer than an attempt with the statements before and after it. */
    static final Duration LEASE = Duration.ofSeconds(20);

    private static final int MOST_FAILING = 10_000;
    private static final System.Logger LOG = System.getLogger("io.backfill.webhooks");

    /** Where endpoints and their secrets come from. */
    public record Ports(
            WebhookOutbox outbox, WebhookEndpoints endpoints, SecretVault vault, List<OperatorEndpoint> operators) {
        public Ports {
            operators = List.copyOf(operators);
        }
    }

    private final Ports ports;
    private final WebhookSender sender;
    private final Executor tasks;
    private final InstantSource time;
    private final RetrySchedule schedule;
    private final Map<String, Integer> open = new ConcurrentHashMap<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private volatile Runnable onFreed = () -> {};

    /** @param tasks starts a thread for each task */
    public DeliveryPass(Ports ports, WebhookSender sender, Executor tasks, InstantSource time, RandomGenerator random) {
        this.ports = ports;
        this.sender = sender;
        this.tasks = tasks;
        this.time = time;
        this.schedule = new RetrySchedule(random);
    }

    /** @param wake called when a receiver has no attempt open any more and may have more deliveries due */
    public void onFreed(Runnable wake) {
        onFreed = wake;
    }

    /** Claims everything that is due and starts its attempts. */
    public void run() {
        while (runOnce() == AT_ONCE) {
            // more may be due
        }
    }

    /** Claims some of what is due and starts its attempts. Returns their number. */
    int runOnce() {
        int total = open.values().stream().mapToInt(Integer::intValue).sum();
        int limit = Math.min(AT_ONCE, MOST_OPEN - total);
        if (limit <= 0) {
            return 0;
        }
        List<Delivery> claimed = ports.outbox().claim(LEASE, allowances(), EACH, limit);
        for (Delivery delivery : claimed) {
            open.merge(delivery.endpoint(), 1, Integer::sum);
            tasks.execute(() -> attempt(delivery));
        }
        return claimed.size();
    }

    private Map<String, Integer> allowances() {
        Map<String, Integer> allowances = new HashMap<>();
        failing.forEach(endpoint -> allowances.put(endpoint, 1));
        open.forEach((endpoint, count) ->
                allowances.put(endpoint, Math.max(0, allowances.getOrDefault(endpoint, EACH) - count)));
        return allowances;
    }

    private void attempt(Delivery delivery) {
        try {
            Delivery.Attempt attempt = send(delivery);
            remember(delivery.endpoint(), attempt.succeeded());
            settle(delivery, attempt);
        } catch (RuntimeException e) {
            // the lease ends, and the delivery is attempted again
            LOG.log(System.Logger.Level.DEBUG, "delivery " + delivery.id() + " has no result", e);
        } finally {
            if (open.computeIfPresent(delivery.endpoint(), (same, count) -> count == 1 ? null : count - 1) == null) {
                onFreed.run();
            }
        }
    }

    private void settle(Delivery delivery, Delivery.Attempt attempt) {
        Optional<Duration> retryIn = attempt.succeeded()
                ? Optional.empty()
                : schedule.after(delivery.attempts() + 1, attempt.at(), delivery.until());
        if (!ports.outbox().settle(delivery, attempt, retryIn)) {
            LOG.log(System.Logger.Level.DEBUG, "delivery {0} was claimed again or removed", delivery.id());
        }
    }

    private void remember(String endpoint, boolean succeeded) {
        if (succeeded) {
            failing.remove(endpoint);
        } else if (failing.size() < MOST_FAILING) {
            failing.add(endpoint);
        }
    }

    private Delivery.Attempt send(Delivery delivery) {
        byte[] body = delivery.event().body();
        String id = delivery.id().value();
        if (OperatorEndpoint.isId(delivery.endpoint())) {
            return ports.operators().stream()
                    .filter(operator -> operator.id().equals(delivery.endpoint()))
                    .findFirst()
                    .map(operator -> sender.send(operator.url(), id, body, operator.secrets()))
                    // another node may have it, while a new configuration is rolled out
                    .orElseGet(() -> refused("this endpoint is not configured on the node that tried"));
        }
        Optional<WebhookEndpoint> endpoint =
                WebhookEndpointId.parse(delivery.endpoint()).flatMap(ports.endpoints()::find);
        if (endpoint.isEmpty()) {
            return refused("this endpoint was deleted");
        }
        EndpointSecrets secrets;
        try {
            secrets = ports.vault().open(endpoint.get().id(), endpoint.get().secrets());
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "the secret of webhook endpoint " + delivery.endpoint()
                            + " cannot be opened; its deliveries are retried: " + e.getMessage());
            return refused("the signing secret cannot be opened; rotate it");
        }
        return sender.send(endpoint.get().url(), id, body, secrets);
    }

    private Delivery.Attempt refused(String why) {
        Instant now = time.instant();
        return new Delivery.Attempt(now, 0, why);
    }
}
