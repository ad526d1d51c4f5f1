package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.it.support.SharedGateway;
import io.backfill.it.support.UsesSharedGateway;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests the gateway with the official Java client, in its newest version and the oldest of the same major version. */
@ExtendWith(UsesSharedGateway.class)
class OpenAiJavaIT {
    private final SharedGateway gateway;

    OpenAiJavaIT(SharedGateway gateway) {
        this.gateway = gateway;
    }

    @Test
    void newestClientShouldDoEverythingABatchUserDoes() throws IOException {
        new OpenAiJavaScenario(gateway.process().baseUrl()).run();
    }

    @Test
    void oldClientShouldDoEverythingABatchUserDoes() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPathWithTheOldClient(),
                        OpenAiJavaScenario.class.getName(),
                        gateway.process().baseUrl().toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    /** Returns this class path with the client replaced by the jars of the old version, which the build has put into a folder. */
    private static String classPathWithTheOldClient() throws IOException {
        Path folder = Path.of(System.getProperty("backfill.openai-java-old", "target/openai-java-old"));
        String here = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        try (Stream<Path> old = Files.list(folder)) {
            String oldJars = old.map(Path::toString).sorted().collect(Collectors.joining(File.pathSeparator));
            assertThat(oldJars).contains("openai-java-core-4.0.0.jar");
            String others = Arrays.stream(here.split(File.pathSeparator))
                    .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("openai-java"))
                    .collect(Collectors.joining(File.pathSeparator));
            return oldJars + File.pathSeparator + others;
        }
    }
}
