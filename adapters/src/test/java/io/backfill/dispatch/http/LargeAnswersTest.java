package io.backfill.dispatch.http;

import static io.backfill.dispatch.http.Calls.call;
import static io.backfill.dispatch.http.Calls.model;
import static io.backfill.dispatch.http.Calls.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.admission.ByteGrant;
import io.backfill.answers.Answer;
import io.backfill.answers.spool.SpoolFolder;
import io.backfill.answers.spool.SpoolPace;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.files.directory.FreeSpaceFloor;
import io.backfill.testing.TestRequests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LargeAnswersTest {
    private static final int THRESHOLD = 8192;
    private static final int LARGEST = 1 << 20;

    @TempDir
    Path folder;

    private final ScheduledThreadPoolExecutor timer = Calls.timer();
    private final ScriptedServer server = new ScriptedServer(ScriptedServer.json(200, "{}"));
    private SpoolFolder spools;
    private HttpDispatcher dispatcher;

    @BeforeEach
    void open() throws IOException {
        spools = SpoolFolder.open(
                folder, new FreeSpaceFloor(folder, 0), 1L << 30, SpoolPace.unlimited(System::nanoTime));
        dispatcher = new HttpDispatcher(
                new HttpConfig(Duration.ofSeconds(5), LARGEST, THRESHOLD),
                timer,
                Optional.of(spools),
                () -> Instant.EPOCH,
                System::nanoTime);
    }

    @AfterEach
    void close() {
        dispatcher.close();
        server.close();
        timer.shutdownNow();
    }

    @ParameterizedTest
    @CsvSource({"100,false", "8192,false", "8193,true", "16384,true", "16385,true", "1000000,true"})
    void anAnswerBeyondTheThresholdShouldBeSpooled(int size, boolean spooled) throws Exception {
        String body = "x".repeat(size);
        for (boolean chunked : new boolean[] {false, true}) {
            server.script((request, connection) -> {
                connection.write(
                        chunked
                                ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(size)
                                        + "\r\n" + body + "\r\n0\r\n\r\n"
                                : ScriptedServer.answer(200, "application/json", body));
                return true;
            });
            Outcome.Answered answered = answered(request(model(server.uri())));

            assertThat(answered.answer() instanceof Answer.Spooled).isEqualTo(spooled);
            assertThat(answered.answer().bytes()).isEqualTo(body.getBytes(UTF_8));
            assertThat(spools.files()).isEqualTo(spooled ? 1 : 0);
            answered.close();
            assertThat(spools.bytes()).isZero();
        }
        assertThat(server.accepted()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAnswerBeyondItsGrantShouldBeSpooledWhenTheGrantCannotGrow(boolean grows) throws Exception {
        String body = "x".repeat(3000);
        server.script(ScriptedServer.json(200, body));
        FixedGrant grant = new FixedGrant(1000, grows);

        try (Outcome.Answered answered = answered(with(grant))) {
            assertThat(answered.answer() instanceof Answer.Spooled).isEqualTo(!grows);
            assertThat(answered.answer().bytes()).isEqualTo(body.getBytes(UTF_8));
        }
        assertThat(grant.bytes()).isEqualTo(grows ? 2 + 2 * 3000 : 1000);
    }

    @ParameterizedTest
    @CsvSource({"gzip,300", "x-gzip,300", "GZIP,200000", "deflate,300", "deflate,200000", "identity,300"})
    void aCompressedAnswerShouldBeDecoded(String coding, int size) throws Exception {
        String body = "{\"a\":\"" + "é".repeat(size) + "\"}";
        for (int i = 0; i < 2; i++) {
            server.script(encoded(coding, body.getBytes(UTF_8)));
            try (Outcome.Answered answered = answered(request(model(server.uri())))) {
                assertThat(answered.answer().bytes()).isEqualTo(body.getBytes(UTF_8));
            }
        }
        assertThat(server.requests())
                .allSatisfy(request ->
                        assertThat(request.headers("Accept-Encoding")).containsExactly("identity"));
        assertThat(server.accepted()).isEqualTo(1);
        assertThat(spools.files()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"text-19,48766", "one-letter-3,700000", "empty-3,0"})
    void anAnswerInZstdShouldBeDecoded(String file, int size) throws Exception {
        byte[] bytes = resource(file);
        for (int i = 0; i < 2; i++) {
            server.script(raw("zstd", bytes));
            try (Outcome.Answered answered = answered(request(model(server.uri())))) {
                assertThat(answered.answer().bytes()).hasSize(size);
            }
        }
        assertThat(server.accepted()).isEqualTo(1);
        assertThat(spools.files()).isZero();
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = LargeAnswersTest.class.getResourceAsStream("/zstd/" + name + ".zst")) {
            return in.readAllBytes();
        }
    }

    @Test
    void theLimitShouldHoldForWhatACompressedAnswerBecomes() throws Exception {
        server.script(encoded("gzip", new byte[LARGEST + 1]));

        assertThat(call(dispatcher, request(model(server.uri())))).isInstanceOf(Outcome.AnswerTooLarge.class);
        assertThat(spools.files()).isZero();
    }

    @Test
    void aCodingThatIsNotKnownShouldBeNamedAndNotAskedForAgain() throws Exception {
        server.script((request, connection) -> {
            connection.write(ScriptedServer.answer(200, "application/json", "\u0001\u0002", "Content-Encoding: br"));
            return true;
        });

        assertThat(call(dispatcher, request(model(server.uri()))))
                .isEqualTo(new Outcome.AnswerTooLarge("the answer of 127.0.0.1:" + server.port()
                        + " cannot be decompressed: its Content-Encoding 'br' is unsupported"));
    }

    @Test
    void compressedBytesThatAreBrokenShouldBeNamed() throws Exception {
        byte[] broken = compressed("gzip", new byte[20_000]);
        broken[broken.length - 6] ^= 0x55;
        server.script(raw("gzip", broken));

        assertThat(call(dispatcher, request(model(server.uri()))))
                .isInstanceOfSatisfying(
                        Outcome.Unreachable.class,
                        failed -> assertThat(failed.reason()).contains("cannot be decompressed"));
        assertThat(spools.files()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 500000", "Transfer-Encoding: chunked"})
    void anAnswerThatBreaksOffShouldLeaveNoSpool(String head) throws Exception {
        server.script((request, connection) -> {
            connection.write("HTTP/1.1 200 OK\r\n" + head + "\r\n\r\n" + (head.startsWith("T") ? "7A120\r\n" : "")
                    + "x".repeat(100_000));
            return false;
        });

        assertThat(call(dispatcher, request(model(server.uri())))).isInstanceOf(Outcome.Unreachable.class);
        assertThat(spools.files()).isZero();
        assertThat(spools.bytes()).isZero();
    }

    @Test
    void theTimeOutShouldEndAnAnswerThatIsBeingSpooled() throws Exception {
        server.script((request, connection) -> {
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n" + "x".repeat(100_000));
            connection.hang();
            return false;
        });

        assertThat(call(dispatcher, request(model(Duration.ofMillis(300), server.uri()))))
                .isInstanceOf(Outcome.TimedOut.class);
        assertThat(spools.files()).isZero();
    }

    private ModelRequest with(ByteGrant grant) {
        return TestRequests.withGrant(request(model(server.uri())), grant);
    }

    private Outcome.Answered answered(ModelRequest request) throws Exception {
        return (Outcome.Answered) call(dispatcher, request);
    }

    private static ScriptedServer.Script encoded(String coding, byte[] body) throws IOException {
        return raw(coding, compressed(coding, body));
    }

    private static ScriptedServer.Script raw(String coding, byte[] bytes) {
        return (request, connection) -> {
            connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + "\r\nContent-Length: " + bytes.length
                    + "\r\n\r\n");
            connection.write(bytes);
            return true;
        };
    }

    private static byte[] compressed(String coding, byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = switch (coding) {
            case "deflate" -> new DeflaterOutputStream(bytes);
            case "identity" -> bytes;
            default -> new GZIPOutputStream(bytes);
        }) {
            out.write(body);
        }
        return bytes.toByteArray();
    }

    /** A grant that can always grow, or never. */
    private static final class FixedGrant implements ByteGrant {
        private final boolean grows;
        private long bytes;

        FixedGrant(long bytes, boolean grows) {
            this.bytes = bytes;
            this.grows = grows;
        }

        @Override
        public boolean tryGrow(long more) {
            bytes += grows ? more : 0;
            return grows;
        }

        @Override
        public void shrinkTo(long fewer) {
            bytes = Math.min(bytes, fewer);
        }

        @Override
        public long bytes() {
            return bytes;
        }
    }
}
