package io.backfill.k8s.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The installations for which a file of values is shipped, and the objects that each expects in the cluster. */
enum ValuesFile {
    DEFAULT("Secret/backfill-database", "Secret/backfill-redis", "Secret/backfill-s3"),
    DEMO(),
    OPENSHIFT(
            "Secret/backfill-database",
            "Secret/backfill-metrics",
            "Secret/backfill-redis",
            "Secret/backfill-s3",
            "Secret/granite-key"),
    CLUSTER(
            "ConfigMap/backfill-models",
            "ConfigMap/company-trust",
            "Secret/backfill-api-keys",
            "Secret/backfill-database",
            "Secret/backfill-header-key",
            "Secret/backfill-metrics",
            "Secret/backfill-redis",
            "Secret/backfill-s3",
            "Secret/collector-headers",
            "Secret/pull"),
    MINIMAL();

    private final List<String> needs;

    ValuesFile(String... needs) {
        this.needs = List.of(needs);
    }

    /** Returns the required objects, except the namespace of the Jobs with the worker's Secret. */
    List<String> needs() {
        return needs;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    Path path() {
        return Chart.FOLDER.resolve("ci").resolve("values-" + label() + ".yaml");
    }

    Map<String, Object> content() {
        try {
            return Yaml.map(Files.readString(path()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
