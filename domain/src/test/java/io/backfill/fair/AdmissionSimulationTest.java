package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.models.ModelTuning;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.TestModels;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Random tenants, batches, models, sizes and replica faults, and the properties that must hold in every case: held bytes stay
 * within the budget and one call (1); every line is sent eventually (2); every call that could be admitted has been (3); trouble of
 * one model does not affect the others (4); where replicas are healthy, waiting tenants get shares according to their weights, as
 * far as bytes allow (5); calls that wait hold nothing (7). Property 6, that batches are validated at once, belongs to the tests of
 * planning. Seeds that failed once are kept.
 */
class AdmissionSimulationTest {
    /** Seeds that failed during development or later. */
    private static final List<Integer> KEPT =
            List.of(64, 226, 499, 927, 1249, 1300, 1404, 1505, 1516, 2247, 4855, 6349, 7170, 7980);

    private static final int TENANTS = 4;

    @TestFactory
    List<DynamicTest> twoHundredSeeds() {
        return java.util.stream.IntStream.rangeClosed(1, 200)
                .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> play(seed)))
                .toList();
    }

    @TestFactory
    List<DynamicTest> seedsThatFailedOnce() {
        return KEPT.stream()
                .map(seed -> DynamicTest.dynamicTest("seed " + seed, () -> play(seed)))
                .toList();
    }

    @Test
    @Tag("slow")
    void tenThousandSeeds() {
        for (int seed = 1; seed <= 10_000; seed++) {
            try {
                play(seed);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ": keep it as a case", e);
            }
            if (seed % 1000 == 0) {
                System.out.println("admission simulation: " + seed + " seeds hold");
            }
        }
    }

    private static void play(int seed) {
        everyLineShouldBeDoneAndTenantsGetTheirShares(new Random(new SplittableRandom(seed).nextLong()));
        aVictimShouldNotNoticeItsNeighbours(seed);
    }

    private static void everyLineShouldBeDoneAndTenantsGetTheirShares(Random random) {
        Map<TenantId, Integer> weights = new HashMap<>();
        for (int tenant = 0; tenant < TENANTS; tenant++) {
            weights.put(tenant(tenant), 1 + random.nextInt(3));
        }
        TenantShares shares = new TenantShares(weights);
        // replicas that fail do not serve in turn; for scarce bytes see ServiceRecord
        boolean scarce = random.nextBoolean();
        AdmissionSimulation play = new AdmissionSimulation(
                random, 8 + random.nextInt(64), scarce ? (1L << 20) << random.nextInt(6) : 4L << 30, shares);
        int batch = 0;
        boolean faulty = false;
        for (int model = 0; model < 1 + random.nextInt(4); model++) {
            int cap = 2 + random.nextInt(10);
            SimulatedModel added = play.add(
                    TestModels.model("m" + model, 1 + random.nextInt(3), cap, TestModels.QUICK, ModelTuning.DEFAULT),
                    100 + random.nextInt(400));
            boolean faults = random.nextBoolean();
            faulty |= faults;
            for (int fault = 0; faults && fault < 4; fault++) {
                play.at(random.nextInt(60_000), () -> added.change(random));
            }
            play.at(60_000, added::allWell);
            int tenants = 1 + random.nextInt(TENANTS);
            for (int i = 0; i < tenants * (1 + random.nextInt(3)); i++) {
                play.add(
                        random.nextInt(8_000),
                        SeededIds.batch(batch++),
                        tenant(i % tenants),
                        added,
                        Duration.ofSeconds(20 + random.nextInt(600)),
                        20 + random.nextInt(1200 * cap / added.latencyMillis * 30 / tenants + 1),
                        sizes(random));
            }
        }

        play.runUntil(60_000);
        for (SimulatedModel model : faulty ? List.<SimulatedModel>of() : play.models) {
            for (ServiceRecord.Part part : play.service.parts(model, shares, SECONDS)) {
                double tolerance = 0.1 + 2.0 * LARGEST_COST / part.fairCost();
                if (scarce) {
                    // calls of others are held back once the tenant is half a turn of a second behind, at either end of
                    // the window
                    tolerance += LARGEST_COST / part.fairCost() + 1.0 / SECONDS;
                }
                assertThat(part.ratio())
                        .as("%s at %s from second %d", part.tenant(), model.model.name(), part.from())
                        .isBetween(part.wasShort() ? 0 : 1 - tolerance, 1 + tolerance);
            }
        }
        play.runUntil(4 * 3_600_000L);
        play.assertNothingIsLeft();
    }

    private static final int LARGEST_COST = 2000;

    /** Length in seconds of the windows over which tenants must get their shares. */
    private static final int SECONDS = 30;

    private static UnaryOperator<SimulatedLine> sizes(Random random) {
        int bytes = 1 << (8 + random.nextInt(15));
        int answer = 1 << (8 + random.nextInt(10));
        boolean mixed = random.nextBoolean();
        return line -> new SimulatedLine(
                line.batch,
                line.number,
                mixed && random.nextInt(10) > 0 ? 1000 : 1 + random.nextInt(bytes),
                1 + random.nextInt(answer),
                1 + random.nextInt(LARGEST_COST));
    }

    /**
     * Compares a model with small lines and healthy replicas, alone and beside up to six other models that hang, are slow, or have
     * lines of megabytes.
     */
    private static void aVictimShouldNotNoticeItsNeighbours(int seed) {
        int alone = doneByTheVictim(seed, false);
        int beside = doneByTheVictim(seed, true);

        assertThat((double) beside)
                .as("lines of the victim, of %d alone", alone)
                .isGreaterThanOrEqualTo(0.95 * alone);
    }

    private static int doneByTheVictim(int seed, boolean beside) {
        Random random = new Random(new SplittableRandom(seed + 1_000_000L).nextLong());
        AdmissionSimulation play = new AdmissionSimulation(
                new Random(seed), 1024 << random.nextInt(3), (64L << 20) << random.nextInt(3), TenantShares.EQUAL);
        int begins = random.nextInt(10_000);
        SimulatedModel healthy = play.add(TestModels.model("victim", 1, 16, TestModels.QUICK, ModelTuning.DEFAULT), 50);
        SimulatedBatch victim = play.add(
                begins,
                SeededIds.batch(0),
                tenant(0),
                healthy,
                Duration.ofHours(1),
                100_000,
                line -> new SimulatedLine(line.batch, line.number, 2000, 2000, 100));
        for (int i = 1; beside && i <= 1 + random.nextInt(6); i++) {
            SimulatedModel offender = play.add(
                    TestModels.model(
                            "offender" + i,
                            1 + random.nextInt(3),
                            64 << random.nextInt(4),
                            TestModels.QUICK,
                            ModelTuning.DEFAULT),
                    500);
            SimulatedModel.Health health = SimulatedModel.Health.values()[random.nextInt(5)];
            play.at(0, () -> offender.set(health));
            int bytes = 1 << (10 + random.nextInt(15));
            play.add(
                    random.nextInt(10_000),
                    SeededIds.batch(i),
                    tenant(i),
                    offender,
                    Duration.ofHours(1),
                    2000,
                    line -> new SimulatedLine(line.batch, line.number, bytes, 2000, 100));
        }
        play.runUntil(begins + 4_000);
        return victim.done;
    }

    private static TenantId tenant(int number) {
        return new TenantId("t" + number);
    }
}
