package io.backfill.catalog.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.SampleBatches;
import io.backfill.ids.BatchId;
import io.backfill.ids.IdGenerator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the catalog has acknowledged must survive {@code kill -9}, with the database opened as in profile {@code local}. */
class DurabilityTest {
    private static final int ENOUGH = 300;

    @TempDir
    private Path folder;

    @Test
    void everyAcknowledgedInsertShouldSurviveAKill() throws Exception {
        List<BatchId> acknowledged = new ArrayList<>();
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Inserter.class.getName(),
                        url())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader ids = child.inputReader(StandardCharsets.US_ASCII)) {
            while (acknowledged.size() < ENOUGH) {
                acknowledged.add(BatchId.parse(ids.readLine()).orElseThrow());
            }
            child.destroyForcibly();
            ids.lines().flatMap(line -> BatchId.parse(line).stream()).forEach(acknowledged::add);
        } catch (UncheckedIOException | IOException closedByTheKill) {
            // what was read before the process ended counts
        } finally {
            child.destroyForcibly();
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }

        try (CatalogDatabase database = CatalogDatabase.h2(url())) {
            Set<BatchId> found = new HashSet<>();
            database.batches
                    .list(SampleBatches.ADA, Optional.empty(), 1_000_000)
                    .forEach(batch -> found.add(batch.id()));
            assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ENOUGH);
            assertThat(found).containsAll(acknowledged);
        }
    }

    private String url() {
        return "jdbc:h2:file:" + folder.resolve("catalog") + ";WRITE_DELAY=0";
    }

    /** Inserts batches in an endless loop, and prints each id once its insert has returned. */
    static final class Inserter {
        private Inserter() {}

        public static void main(String[] url) {
            CatalogDatabase database = CatalogDatabase.h2(url[0]);
            IdGenerator ids = new IdGenerator(InstantSource.system(), new Random());
            while (true) {
                BatchId id = ids.batchId();
                database.batches.insert(SampleBatches.batch(SampleBatches.ADA, id, "24h"));
                System.out.println(id);
            }
        }
    }
}
