package io.backfill.catalog.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalogContract;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchTransitions;
import io.backfill.batches.BatchesOfEndpoint;
import io.backfill.batches.BatchesOfEndpointContract;
import io.backfill.batches.CreateRateContract;
import io.backfill.batches.LeaseContract;
import io.backfill.batches.Racers;
import io.backfill.batches.SampleBatches;
import io.backfill.batches.SteeringContract;
import io.backfill.batches.SupervisionContract;
import io.backfill.batches.WaitingContract;
import io.backfill.fair.BudgetTable;
import io.backfill.fair.BudgetTableContract;
import io.backfill.fair.ShareTable;
import io.backfill.fair.ShareTableContract;
import io.backfill.files.FileCatalogContract;
import io.backfill.files.TenantStorageContract;
import io.backfill.files.UploadCatalogContract;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchQueue.Candidate;
import io.backfill.queue.BatchQueueContract;
import io.backfill.queue.sql.SqlBatchQueue;
import io.backfill.retention.EndedBatches;
import io.backfill.retention.EndedUploads;
import io.backfill.retention.RetentionContract;
import io.backfill.retention.StoreRecords;
import io.backfill.retention.SweepLeases;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.webhooks.EndpointSecrets;
import io.backfill.webhooks.EventType;
import io.backfill.webhooks.OperatorEndpoint;
import io.backfill.webhooks.SigningSecret;
import io.backfill.webhooks.WebhookContract;
import io.backfill.webhooks.WebhookEndpoints;
import io.backfill.webhooks.WebhookOutbox;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All catalog contracts, plus tests that need access to rows, over one database that is emptied before each test. */
interface SqlCatalogFixture
        extends BatchCatalogContract,
                LeaseContract,
                SteeringContract,
                SupervisionContract,
                WaitingContract,
                FileCatalogContract,
                UploadCatalogContract,
                TenantStorageContract,
                CreateRateContract,
                BatchesOfEndpointContract,
                BatchQueueContract,
                ShareTableContract,
                BudgetTableContract,
                RetentionContract,
                WebhookContract {
    SettableTime STANDING = SettableTime.standing();

    CatalogDatabase database();

    @BeforeEach
    default void clear() {
        database().clear();
    }

    @AfterEach
    default void noConnectionShouldBeKept() {
        assertThat(database().openConnections()).isZero();
    }

    @Override
    default JpaBatchCatalog batches() {
        return database().batches;
    }

    @Override
    default JpaBatchLeases leases() {
        return database().leases;
    }

    @Override
    default JpaBatchSupervision supervision() {
        return database().supervision;
    }

    @Override
    default JpaBatchSteering steering() {
        return database().steering;
    }

    @Override
    default JpaWaitingBatches waiting() {
        return database().waiting;
    }

    @Override
    default JpaFileCatalog files() {
        return database().files;
    }

    @Override
    default JpaUploadCatalog uploads() {
        return database().uploads;
    }

    @Override
    default JpaTenantStorage storage() {
        return database().storage;
    }

    @Override
    default void ageRates(Duration by) {
        database().execute("UPDATE backfill.tenant_rates SET paid_until = paid_until - " + by.toNanos() / 1_000);
    }

    @Override
    default ShareTable shares() {
        return database().shares;
    }

    @Override
    default BudgetTable budgets() {
        return database().budgets;
    }

    @Override
    default void ageBudgets(Duration by) {
        database().execute("UPDATE backfill.budgets SET filled_at = filled_at - " + by.toMillis());
    }

    @Override
    default EndedUploads endedUploads() {
        return database().uploads;
    }

    @Override
    default EndedBatches ended() {
        return database().ended;
    }

    @Override
    default StoreRecords records() {
        return database().records;
    }

    @Override
    default SweepLeases sweepLeases() {
        return database().sweepLeases;
    }

    @Override
    default WebhookEndpoints webhookEndpoints() {
        return database().webhookEndpoints;
    }

    @Override
    default WebhookOutbox outbox() {
        return database().outbox;
    }

    @Override
    default void ageDeliveries(Duration by) {
        database().execute("UPDATE backfill.webhook_deliveries SET due_at = due_at - " + by.toMillis());
    }

    @Override
    default void ageSweepLeases(Duration by) {
        database().ageSweepLeases(by);
    }

    @Override
    default void expire(String model, String node) {
        database()
                .execute("UPDATE backfill.model_shares SET lease_until = 0 WHERE model = '" + model + "' AND node = '"
                        + node + "'");
    }

    @Override
    default SqlBatchQueue queue() {
        return database().queue;
    }

    @Override
    default SettableTime time() {
        return STANDING;
    }

    @Override
    default void ageLeases(Duration by) {
        database().ageLeases(by);
    }

    @Test
    default void rowsOfModelsThatNoNodeCallsShouldGo() {
        for (String model : List.of("m1", "m2", "m3")) {
            shares().exchange(new ShareTable.Ask(model, "a", 1, 8, Duration.ofHours(1)), target -> 0);
        }
        expire("m1", "a");
        shares().giveBack("m2", "a");
        database()
                .execute("INSERT INTO backfill.budgets (model, tenant, name, remaining, filled_at) VALUES"
                        + " ('m1', 'a', 'full', 1, 0), ('m1', 'a', 'owed', -1, "
                        + (Instant.now().toEpochMilli() - 7_200_000) + ")");

        assertThat(database().idleModels.forget(1)).isOne();
        assertThat(database().idleModels.forget(10)).isOne();

        assertThat(database().count("model_caps")).isOne();
        assertThat(database().count("model_shares")).isOne();
        assertThat(database().count("budgets")).isOne();
        assertThat(shares().exchange(new ShareTable.Ask("m1", "b", 1, 8, Duration.ofHours(1)), target -> 0))
                .isEqualTo(8);
        assertThat(shares().exchange(new ShareTable.Ask("m3", "b", 1, 8, Duration.ofHours(1)), target -> 0))
                .isZero();
    }

    @Test
    default void labelsShouldGoWithTheirBatch() {
        Batch ended = SampleBatches.full(1);
        Batch open = SampleBatches.full(2);
        batches().insert(ended);
        batches().insert(open);
        assertThat(batches()
                        .replace(
                                ended,
                                BatchTransitions.apply(ended, new BatchEvent.Refused(List.of()), STANDING.instant()),
                                List.of()))
                .isTrue();
        assertThat(database().count("batch_labels")).isEqualTo(4);

        assertThat(ended().remove(List.of(ended.id(), open.id()))).isOne();

        assertThat(database().count("batch_labels")).isEqualTo(2);
    }

    @Test
    default void theDatabasesClockShouldBeMillisecondsSince1970() {
        long before = Instant.now().toEpochMilli();
        long now = database()
                .transactions
                .call(manager -> ((Number) manager.createNativeQuery("SELECT " + DatabaseClock.NOW_MILLIS)
                                .getSingleResult())
                        .longValue());

        assertThat(now).isBetween(before - 5, Instant.now().toEpochMilli() + 5);
    }

    @Test
    default void aRowThatIsLockedShouldNotDelayTheLeasesOfOthers() throws Exception {
        batches().insert(SampleBatches.batch(1));
        batches().insert(SampleBatches.batch(2));
        Map<BatchId, Long> epochs = Map.of(SeededIds.batch(1), 1L, SeededIds.batch(2), 1L);
        for (BatchId id : epochs.keySet()) {
            assertThat(leases().claim(id, "node", Duration.ofMinutes(1))).isPresent();
        }
        try (Connection other = database().pool().getConnection();
                Statement lock = other.createStatement()) {
            other.setAutoCommit(false);
            lock.executeUpdate("UPDATE backfill.batches SET total = 7 WHERE id = '"
                    + SeededIds.batch(1).value() + "'");

            BatchLeases.Renewal renewal = leases().renewAll(epochs, Duration.ofMinutes(1));

            assertThat(renewal.renewed()).containsExactly(SeededIds.batch(2));
            assertThat(renewal.lost()).isEmpty();
            other.rollback();
            other.setAutoCommit(true);
        }
        assertThat(leases().renewAll(epochs, Duration.ofMinutes(1)).renewed()).hasSize(2);
    }

    @Test
    default void aLeaseShouldEndItsLengthAfterTheClaim() {
        batches().insert(SampleBatches.batch(1));
        Instant before = Instant.now();

        Batch claimed = leases().claim(SeededIds.batch(1), "node", Duration.ofMinutes(1))
                .orElseThrow();

        assertThat(Duration.between(before, claimed.lease().until()))
                .isBetween(Duration.ofMillis(59_990), Duration.ofSeconds(70));
    }

    /** Regression: only the same 32 tenants, those with the earliest deadlines, got turns. */
    @Test
    default void ofVeryManyTenantsEachShouldComeIntoSight() {
        for (int n = 1; n <= 40; n++) {
            batches().insert(SampleBatches.batch(new TenantId("all-%02d".formatted(n)), SeededIds.batch(n), "1h"));
        }
        batches().insert(SampleBatches.batch(SampleBatches.BOB, SeededIds.batch(41), "24h"));
        batches().insert(SampleBatches.batch(new TenantId("zoe"), SeededIds.batch(42), "24h"));

        Set<Candidate> seen = new HashSet<>();
        for (int pass = 1; pass <= 3; pass++) {
            seen.addAll(queue().next(32));
        }

        assertThat(seen).extracting(Candidate::id).contains(SeededIds.batch(41), SeededIds.batch(42));
    }

    @Test
    default void aRunningBatchShouldCountAsATurnOfItsTenant() {
        for (int n = 1; n <= 3; n++) {
            batches().insert(SampleBatches.batch(SampleBatches.ADA, SeededIds.batch(n), "1h"));
            batches().insert(SampleBatches.batch(SampleBatches.BOB, SeededIds.batch(n + 10), "24h"));
        }
        assertThat(leases().claim(SeededIds.batch(1), "node", Duration.ofMinutes(1)))
                .isPresent();

        assertThat(queue().next(3))
                .extracting(Candidate::id)
                .containsExactly(SeededIds.batch(11), SeededIds.batch(2), SeededIds.batch(12));
    }

    @Test
    default void nodesThatStartAtOnceShouldSeeOneIdentity() {
        SqlInstallation installation = new SqlInstallation(database().transactions);

        List<String> seen = Racers.race(4, node -> installation.identity("node-" + node));

        assertThat(Set.copyOf(seen)).hasSize(1);
        assertThat(installation.identity("another")).isEqualTo(seen.getFirst());
    }

    @Test
    default void operatorsEndpointShouldReceiveEventsOfItsTenants() {
        EndpointSecrets secrets = EndpointSecrets.of(SigningSecret.of("secret"));
        OperatorEndpoint all =
                new OperatorEndpoint("all", "https://a.example/", Set.of(EventType.EXPIRED), Optional.empty(), secrets);
        OperatorEndpoint ofBob = new OperatorEndpoint(
                "bob",
                "https://b.example/",
                Set.of(EventType.EXPIRED),
                Optional.of(Set.of(SampleBatches.BOB)),
                secrets);
        OperatorEndpoint ofCancels = new OperatorEndpoint(
                "cancels", "https://c.example/", Set.of(EventType.CANCELLED), Optional.empty(), secrets);
        JpaBatchCatalog catalog = new JpaBatchCatalog(
                database().transactions, database().walk, new OutboxRows(List.of(all, ofBob, ofCancels)));
        catalog.insert(SampleBatches.batch(1));
        catalog.insert(SampleBatches.batch(SampleBatches.BOB, SeededIds.batch(2), "1h"));
        for (int n = 1; n <= 2; n++) {
            new BatchLifecycle(catalog, time())
                    .apply(catalog.find(SeededIds.batch(n)).orElseThrow(), new BatchEvent.EndedUnplanned());
        }

        assertThat(outbox().list(all.id(), Optional.empty(), 10)).hasSize(2);
        assertThat(outbox().list(ofBob.id(), Optional.empty(), 10))
                .extracting(delivery -> delivery.event().batch())
                .containsExactly(SeededIds.batch(2));
        assertThat(outbox().list(ofCancels.id(), Optional.empty(), 10)).isEmpty();
    }

    @Override
    default BatchesOfEndpoint pages() {
        return database().batches;
    }
}
