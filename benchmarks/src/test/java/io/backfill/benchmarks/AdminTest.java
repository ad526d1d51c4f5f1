package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile String body = "{\"id\":\"batch_1\",\"status\":\"in_progress\",\"backfill\":{\"paused\":null}}";
    private HttpServer gateway;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        gateway.start();
    }

    @AfterEach
    void stop() {
        gateway.stop(0);
    }

    private int run(String... arguments) {
        return new Admin(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(List.of(arguments));
    }

    private String address() {
        return "http://127.0.0.1:" + gateway.getAddress().getPort();
    }

    @Test
    void anOrderShouldBeSentWithTheKeyAndItsOutcomePrinted() throws IOException {
        Path key = Files.writeString(folder.resolve("key"), " sk-ops\n");

        assertThat(run("resume", "batch_1", "--address", address() + "/", "--key-file=" + key))
                .isEqualTo(Admin.DONE);
        assertThat(run("settle", "batch_1", "--address", address())).isEqualTo(Admin.DONE);

        assertThat(requests)
                .containsExactly(
                        "POST /v1/admin/batches/batch_1/resume Bearer sk-ops",
                        "POST /v1/admin/batches/batch_1/settle null");
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("batch_1 in_progress", "batch_1 in_progress");
    }

    @Test
    void aRefusalShouldBePrintedAndBeTheExitStatus() {
        body = "{\"error\":{\"message\":\"No batch found.\"}}";
        for (int refused : new int[] {404, 409, 503}) {
            status = refused;
            assertThat(run("resume", "batch_1", "--address", address())).isEqualTo(Admin.REFUSED);
        }
        for (int notAllowed : new int[] {401, 403}) {
            status = notAllowed;
            assertThat(run("resume", "batch_1", "--address", address())).isEqualTo(Admin.NOT_ALLOWED);
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("refused with 404: No batch found.");
        assertThat(out.size()).isZero();
    }

    @Test
    void whatCannotBeReachedShouldBeTheExitStatusToo() {
        String gone = address();
        gateway.stop(0);

        assertThat(run("resume", "batch_1", "--address", gone)).isEqualTo(Admin.UNREACHABLE);
        assertThat(run("resume", "batch_1", "--key-file", folder.resolve("none").toString()))
                .isEqualTo(Admin.UNREACHABLE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no answer from " + gone, "cannot be read");
    }

    @Test
    void anAnswerThatIsNotJsonShouldNotBeTakenForAGateway() {
        body = "<html>";

        assertThat(run("resume", "batch_1", "--address", address())).isEqualTo(Admin.UNREACHABLE);
    }

    @Test
    void wrongUsageShouldBeTheExitStatus() {
        assertThat(run()).isEqualTo(Admin.USAGE);
        assertThat(run("delete", "batch_1")).isEqualTo(Admin.USAGE);
        assertThat(run("resume", "--address", address())).isEqualTo(Admin.USAGE);
        assertThat(run("resume", "../files", "--address", address())).isEqualTo(Admin.USAGE);
        assertThat(run("resume", "batch_1", "--force")).isEqualTo(Admin.USAGE);
        assertThat(run("resume", "batch_1", "--address", "not an address")).isEqualTo(Admin.USAGE);
        assertThat(requests).isEmpty();
    }
}
