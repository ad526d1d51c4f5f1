package io.backfill.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Checks which module may call which, and which classes the domain may use. Packages span modules, so a class belongs to the module
 * in which it was compiled.
 */
class ArchitectureTest {
    private static final Map<String, Set<String>> MAY_CALL = Map.of(
            "domain", Set.of(),
            "adapters", Set.of("domain"),
            "batch-jobs", Set.of("domain"),
            "ejb", Set.of("domain", "adapters", "k8s"),
            "web", Set.of("domain", "adapters", "ejb"),
            "health", Set.of("domain"),
            "k8s", Set.of("domain"),
            "worker", Set.of("domain", "adapters", "batch-jobs"));

    private static JavaClasses product;

    @BeforeAll
    static void importModules() {
        product = ProductClasses.imported();
    }

    @Test
    void modulesShouldOnlyCallWhatTheDirectionAllows() {
        classes().should(keepTheDirection()).check(product);
    }

    @Test
    void domainShouldKnowTheJdkStreamingJacksonAndHashesOnly() {
        classes()
                .that(areIn("domain"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.backfill..",
                        "java..",
                        "javax.crypto..",
                        "com.fasterxml.jackson.core..",
                        "com.dynatrace.hash4j.hashing..",
                        "org.jspecify..")
                .check(product);
    }

    @Test
    void onlyBatchJobsShouldTouchTheBatchRuntimeAndWhatHandsItsPartitionsOver() {
        noClasses()
                .that(areNotIn("batch-jobs"))
                .and()
                .resideOutsideOfPackages("io.backfill.k8s.partitions..", "io.backfill.worker..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.batch..", "org.jberet..")
                .check(product);
    }

    @Test
    void onlyWiringShouldKnowTheCluster() {
        noClasses()
                .that(areIn("ejb"))
                .and()
                .resideOutsideOfPackage("io.backfill.wiring..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.backfill.k8s..")
                .check(product);
    }

    @Test
    void onlyWiringShouldReadConfigurationTheClockAndStartThreads() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.backfill.wiring..", "io.backfill.worker..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.eclipse.microprofile.config..")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "ofVirtual")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(product);
    }

    @Test
    void onlyKubernetesShouldImportFabric8() {
        noClasses()
                .that(areNotIn("k8s"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.fabric8..")
                .check(product);
    }

    @Test
    void namesShouldSayWhatAClassIs() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Handler")
                .check(product);
    }

    @Test
    void spisShouldHaveAtMostEightMethodsToImplement() {
        List<String> spis = List.of(
                "files.FileStore",
                "files.FileCatalog",
                "files.UploadCatalog",
                "batches.BatchCatalog",
                "batches.BatchLeases",
                "batches.WaitingBatches",
                "queue.BatchQueue",
                "queue.BatchEvents",
                "results.ResultLog",
                "results.ResultLogs",
                "models.ModelDirectory",
                "dispatch.RequestDispatcher",
                "tenants.Authenticator",
                "run.BatchRunner",
                "retention.EndedBatches",
                "retention.EndedUploads",
                "retention.StoreRecords",
                "retention.SweepLeases",
                "retention.JobHistory",
                "fair.ShareTable",
                "offload.ShardJobs");
        for (String spi : spis) {
            long methods = product.get("io.backfill." + spi).getMethods().stream()
                    .filter(method -> method.getModifiers().contains(JavaModifier.ABSTRACT))
                    .count();
            assertThat(methods).as(spi).isBetween(1L, 8L);
        }
    }

    private static DescribedPredicate<JavaClass> areIn(String module) {
        return DescribedPredicate.describe(
                "are in " + module, type -> ProductClasses.moduleOf(type).equals(Optional.of(module)));
    }

    private static DescribedPredicate<JavaClass> areNotIn(String module) {
        return DescribedPredicate.not(areIn(module));
    }

    private static ArchCondition<JavaClass> keepTheDirection() {
        return new ArchCondition<>("call only modules that their own may call") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String from = ProductClasses.moduleOf(type).orElseThrow();
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass();
                    Optional<String> to = ProductClasses.moduleOf(target.getBaseComponentType());
                    if (to.isPresent()
                            && !to.get().equals(from)
                            && !MAY_CALL.get(from).contains(to.get())) {
                        events.add(SimpleConditionEvent.violated(
                                type, from + " -> " + to.get() + ": " + dependency.getDescription()));
                    }
                }
            }
        };
    }
}
