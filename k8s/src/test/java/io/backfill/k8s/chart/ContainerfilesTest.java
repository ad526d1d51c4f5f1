package io.backfill.k8s.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the text of the image recipes; {@link ImageBuildTest} builds the images where it can. */
class ContainerfilesTest {
    private static final Path IMAGES = Path.of("images");

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "worker", "simulator"})
    void shouldStartFromAnArgumentWithAFixedTag(String image) throws IOException {
        List<String> lines = instructions(image);

        assertThat(lines)
                .filteredOn(line -> line.startsWith("FROM "))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("FROM ${"));
        assertThat(lines)
                .filteredOn(line -> line.startsWith("ARG BASE=") || line.startsWith("ARG JDK="))
                .isNotEmpty()
                // a plain well-known name without a registry, and never latest
                .allMatch(line -> line.matches("ARG [A-Z]+=[a-z-]+:[a-z0-9.-]+") && !line.endsWith(":latest"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "worker", "simulator"})
    void shouldRunAsAnOrdinaryUserOfGroupZero(String image) throws IOException {
        List<String> last = lastStage(image);

        assertThat(last).filteredOn(line -> line.startsWith("USER ")).containsExactly("USER 10001:0");
        assertThat(last).noneMatch(line -> line.startsWith("RUN ") || line.startsWith("ADD "));
        assertThat(instructions(image)).anyMatch(line -> line.contains("chgrp -R 0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "worker", "simulator"})
    void shouldBecomeTheJvmWithoutAShellInBetween(String image) throws IOException {
        List<String> last = lastStage(image);

        assertThat(last)
                .filteredOn(line -> line.startsWith("ENTRYPOINT"))
                .singleElement()
                .asString()
                .matches("ENTRYPOINT \\[\".*\"]");
        assertThat(last).filteredOn(line -> line.startsWith("CMD")).allMatch(line -> line.startsWith("CMD ["));
        assertThat(last).contains("STOPSIGNAL SIGTERM");
    }

    @Test
    void gatewaysLauncherShouldBeReplacedByTheJvm() throws IOException {
        String launcher = Files.readString(Path.of("../backfill"));

        assertThat(launcher)
                .contains("exec \"$JAVA_HOME/bin/java\"")
                .contains("--read-only-server-config=standalone.xml");
        assertThat(lastStage("gateway")).contains("ENTRYPOINT [\"/opt/backfill/backfill\"]", "CMD [\"serve\"]");
    }

    /** The names of two pods of one Deployment have the same first 23 characters. */
    @ParameterizedTest
    @CsvSource({
        "backfill-processor-7d9c5b6f4-x2x9k, l-processor-7d9c5b6f4-x2x9k, 23",
        "node-1, node-1, 6",
        "exactly-twenty-three-ch, exactly-twenty-three-ch, 23"
    })
    void launcherShouldTellTransactionManagersApartByTheEndOfTheName(String node, String within, int length)
            throws Exception {
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "eval \"$(sed -n '/^tx_node_id() {/,/^}/p' ../backfill)\"; tx_node_id \"$1\"",
                        "-",
                        node)
                .redirectErrorStream(true)
                .start();
        String id = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(bash.waitFor()).as(id).isZero();
        assertThat(id).hasSize(length);
        assertThat(within).endsWith(id);
        assertThat(Files.readString(Path.of("../backfill")))
                .contains("\"-Djboss.tx.node.id=$(tx_node_id \"$BACKFILL_NODE\")\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "worker", "simulator"})
    void shouldCopyOnlyWhatItsIgnoreFileLetsThrough(String image) throws IOException {
        List<String> allowed = Files.readAllLines(IMAGES.resolve("Containerfile." + image + ".dockerignore")).stream()
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1))
                .toList();

        assertThat(instructions(image))
                .filteredOn(line -> line.startsWith("COPY ") && !line.contains("--from="))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(allowed).contains(line.split(" ")[1]));
    }

    private static List<String> lastStage(String image) throws IOException {
        List<String> lines = instructions(image);
        int from = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("FROM ")) {
                from = i;
            }
        }
        return lines.subList(from, lines.size());
    }

    /** Returns each instruction as one line, with continued lines joined. */
    private static List<String> instructions(String image) throws IOException {
        String text = Files.readString(IMAGES.resolve("Containerfile." + image)).replaceAll("(?m)^#.*\\n", "");
        return Arrays.stream(text.replaceAll("\\\\\\n\\s*", " ").split("\\n"))
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
