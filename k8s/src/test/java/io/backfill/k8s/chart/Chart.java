package io.backfill.k8s.chart;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The chart, rendered and linted by Helm. */
final class Chart {
    static final Path FOLDER = Path.of("chart");
    static final String RELEASE = "backfill";
    static final String NAMESPACE = "batch";

    private static Path withoutHooks;

    private Chart() {}

    static Rendered render(ValuesFile file) {
        return render(file.content());
    }

    /** @throws IllegalStateException if the schema or the templates reject the values, with Helm's message */
    static Rendered render(Map<String, Object> values) {
        return Rendered.of(text(RELEASE, values));
    }

    static String text(String release, Map<String, Object> values) {
        try {
            Path chart = withoutHooks();
            Path file = Files.createTempFile("values", ".yaml");
            try {
                Files.writeString(file, Yaml.text(values));
                return new Helm(chart)
                        .template()
                        .withName(release)
                        .withNamespace(NAMESPACE)
                        .withKubeVersion("1.31.0")
                        .withValuesFile(file)
                        .call();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lints a copy of the chart whose values.yaml has been merged with {@code values}, as {@code helm lint -f} does. */
    static LintResult lint(Map<String, Object> values, Path scratch) throws IOException {
        Path copy = scratch.resolve("backfill");
        copyTo(copy);
        Path defaults = copy.resolve("values.yaml");
        Files.writeString(defaults, Yaml.text(Yaml.merged(Yaml.map(Files.readString(defaults)), values)));
        return new Helm(copy).lint().strict().call();
    }

    /** Returns a copy of the chart in which hooks are ordinary objects, because the library does not render hooks. */
    private static synchronized Path withoutHooks() throws IOException {
        if (withoutHooks == null) {
            Path copy = Files.createTempDirectory(Path.of("target"), "chart").resolve("backfill");
            copyTo(copy);
            for (String file : List.of("templates/tests/test-connection.yaml", "templates/_helpers.tpl")) {
                Path hook = copy.resolve(file);
                Files.writeString(hook, Files.readString(hook).replace("helm.sh/hook: ", "was: "));
            }
            withoutHooks = copy;
        }
        return withoutHooks;
    }

    private static void copyTo(Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER, FileVisitOption.FOLLOW_LINKS)) {
            for (Path from : files.toList()) {
                Path to = copy.resolve(FOLDER.relativize(from).toString());
                if (Files.isDirectory(from)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(from, to);
                }
            }
        }
    }
}
