package io.backfill.k8s.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Builds the images from a substitute base and substitute programs, because the test concerns only the recipes: who may read and
 * write which files, and what becomes process 1. Skipped if buildah is missing or must not be used.
 */
class ImageBuildTest {
    private static final String SOMEBODY = "1000680000:0";
    private static final Path IMAGES = Path.of("images");

    @TempDir
    static Path scratch;

    private static Buildah buildah;
    private static Path context;

    @BeforeAll
    static void makeABaseAndSomethingToCopy() throws IOException {
        assumeTrue(Buildah.isUsable(), "no buildah here, or not as root: the images are not built");
        buildah = new Buildah(scratch);
        Path root = Files.createDirectories(scratch.resolve("root"));
        try (InputStream script = ImageBuildTest.class.getResourceAsStream("stand-in-base.sh")) {
            Files.copy(script, scratch.resolve("stand-in-base.sh"));
        }
        Buildah.Result made = Buildah.run(scratch, List.of("bash", "stand-in-base.sh", root.toString()));
        assertThat(made.status()).as(made.output()).isZero();
        buildah.build("base", scratch.resolve("Containerfile.base"), scratch);

        context = scratch.resolve("project");
        copy(Path.of("../backfill"), "backfill");
        copy(IMAGES.resolve("find-java.sh"), "k8s/images/find-java.sh");
        write("ear/target/server/jboss-modules.jar");
        write("ear/target/server/standalone/configuration/standalone.xml");
        for (String program : List.of("worker", "simulator")) {
            write(program + "/target/lib/library.jar");
            write(program + "/target/backfill-" + program + "-1.jar");
        }
    }

    @Test
    void gatewayShouldBecomeTheJvmForAnyUserAndWriteOnlyItsData() throws IOException {
        buildah.build("gateway", IMAGES.resolve("Containerfile.gateway"), context, "BASE=localhost/base");
        String container = buildah.container("gateway");

        String said = buildah.run(
                container, SOMEBODY, "bash", "-c", "echo launcher is process $$; exec /opt/backfill/backfill serve");

        String process = line(said, "launcher is process ");
        assertThat(said).contains("java is process " + process + " of user 1000680000, group 0");
        assertThat(said.lines().filter(line -> line.startsWith("can write")))
                .containsExactly("can write into /var/lib/backfill", "can write into /tmp");
        assertThat(line(said, "arguments: "))
                .contains(
                        "-Djboss.home.dir=/opt/backfill/server",
                        "-Djboss.server.data.dir=/var/lib/backfill/server/data");
        assertThat(
                        buildah.config(
                                "gateway",
                                "{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}} {{.OCIv1.Config.StopSignal}}"))
                .isEqualTo("10001:0 [/opt/backfill/backfill] [serve] SIGTERM");
        assertReadableByGroupZero(buildah.root(container).resolve("opt/backfill"));
    }

    @Test
    void workerShouldStartItsOwnRuntimeOnAFlatFolder() throws IOException {
        assertProgram("worker", "io.backfill.worker.WorkerMain");
    }

    @Test
    void simulatorShouldStartItsOwnRuntimeOnAFlatFolder() throws IOException {
        assertProgram("simulator", "io.backfill.simulator.SimulatorMain");
    }

    private static void assertProgram(String program, String main) throws IOException {
        buildah.build(
                program,
                IMAGES.resolve("Containerfile." + program),
                context,
                "JDK=localhost/base",
                "BASE=localhost/base");
        Path root = buildah.root(buildah.container(program));

        assertThat(root.resolve("opt/backfill/lib"))
                .isDirectoryContaining("glob:**/library.jar")
                .isDirectoryContaining("glob:**/backfill-" + program + "-1.jar");
        assertThat(root.resolve("opt/java/bin/java")).isExecutable();
        assertThat(buildah.config(program, "{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}}"))
                .startsWith("10001:0 [/opt/java/bin/java ")
                .endsWith(" -cp /opt/backfill/lib/* " + main + "]");
        assertReadableByGroupZero(root.resolve("opt"));
    }

    private static void assertReadableByGroupZero(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            assertThat(files).isNotEmpty().allSatisfy(file -> {
                assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(0);
                assertThat(Files.getPosixFilePermissions(file))
                        .contains(PosixFilePermission.GROUP_READ)
                        .doesNotContain(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
            });
        }
    }

    private static String line(String text, String beginning) {
        return Arrays.stream(text.split("\n"))
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .orElseThrow(() -> new AssertionError(beginning + " is not in: " + text))
                .substring(beginning.length());
    }

    private static void copy(Path from, String to) throws IOException {
        Path target = context.resolve(to);
        Files.createDirectories(target.getParent());
        Files.copy(from, target, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static void write(String path) throws IOException {
        Path target = context.resolve(path);
        Files.createDirectories(target.getParent());
        Files.writeString(target, path);
        // as an overly strict umask would leave the file
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
    }
}
