package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.Folders;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.SharedGateway;
import io.backfill.it.support.UsesSharedGateway;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.ledger.LedgerEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Headers captured at create reach the model, are stored nowhere in clear text, and are erased when the batch has ended. */
@ExtendWith(UsesSharedGateway.class)
class PassThroughHeadersIT {
    private static final long LARGE = 20L << 20;

    private final SharedGateway gateway;
    private final String secret = "sk-" + UUID.randomUUID();

    @TempDir
    private Path folder;

    PassThroughHeadersIT(SharedGateway gateway) {
        this.gateway = gateway;
    }

    private Batches user() {
        Api api = gateway.api()
                .with("Authorization", "Bearer " + secret)
                .with("X-Team", "blue")
                .with("X-Other", "stays here");
        return new Batches(api);
    }

    @Test
    void capturedHeadersShouldReachTheModelAndOthersShouldNot() {
        Batches batches = user();
        BatchView batch =
                batches.awaitEnd(batches.submit(InputLines.chat("steady", 5)).id(), "completed");

        assertThat(gateway.received(batch))
                .hasSize(5)
                .extracting(LedgerEntry::headers)
                .allSatisfy(headers -> assertThat(headers)
                        .containsEntry("Authorization", "Bearer " + secret)
                        .containsEntry("X-Team", "blue")
                        .doesNotContainKey("X-Other")
                        .containsKeys("X-Request-Id", "traceparent"));
    }

    @Test
    void headersOfOneBatchShouldNotReachTheCallsOfAnother() {
        BatchView secretOne = user().submit(InputLines.chat("steady", 20));
        BatchView plainOne = gateway.batches().submit(InputLines.chat("steady", 20));
        gateway.batches().awaitEnd(secretOne.id(), "completed");
        gateway.batches().awaitEnd(plainOne.id(), "completed");

        assertThat(gateway.received(plainOne))
                .extracting(LedgerEntry::headers)
                .allSatisfy(headers -> assertThat(headers).doesNotContainKeys("Authorization", "X-Team"));
    }

    @Test
    void secretShouldBeNowhereInClearTextAndGoneAfterTheEnd() throws Exception {
        gateway.model().latency(Latency.fixed(Duration.ofMillis(150)));
        Batches batches = user();
        BatchView batch = batches.submit(InputLines.chat("narrow", 2000));
        batches.await(batch.id(), "is under way", now -> now.completed() > 0);

        assertThat(sealedHeaders(batch)).isPositive();
        assertThat(filesWithTheSecret()).isZero();

        batches.cancel(batch.id());
        batches.awaitEnd(batch.id(), "cancelled");
        assertThat(filesWithTheSecret()).isZero();
        assertThat(sealedHeaders(batch)).isZero();
    }

    /** Skips the inputs of other tests, which take hundreds of megabytes. */
    private long filesWithTheSecret() throws IOException {
        long found = 0;
        for (Path file : Folders.files(gateway.process().dataDir())) {
            try {
                if (Files.size(file) < LARGE
                        && Files.readString(file, StandardCharsets.ISO_8859_1)
                                .toLowerCase(Locale.ROOT)
                                .contains(secret)) {
                    found++;
                }
            } catch (NoSuchFileException gone) {
                // the gateway removed the file meanwhile
                continue;
            }
        }
        return found;
    }

    /** Returns how many bytes of the batch's headers a copy of the catalog contains. */
    private int sealedHeaders(BatchView batch) throws Exception {
        String name = "copy-" + UUID.randomUUID();
        Files.copy(gateway.process().dataDir().resolve("catalog/backfill.mv.db"), folder.resolve(name + ".mv.db"));
        try (Connection copy =
                        DriverManager.getConnection("jdbc:h2:file:" + folder.resolve(name), "backfill", "backfill");
                PreparedStatement find =
                        copy.prepareStatement("SELECT headers FROM " + schema(copy) + ".batches WHERE id = ?")) {
            find.setString(1, batch.id());
            try (ResultSet row = find.executeQuery()) {
                assertThat(row.next()).isTrue();
                byte[] headers = row.getBytes(1);
                return headers == null ? 0 : headers.length;
            }
        }
    }

    private static String schema(Connection catalog) throws Exception {
        try (ResultSet tables = catalog.getMetaData().getTables(null, null, "BATCHES", null)) {
            assertThat(tables.next()).isTrue();
            return "\"" + tables.getString("TABLE_SCHEM") + "\"";
        }
    }
}
