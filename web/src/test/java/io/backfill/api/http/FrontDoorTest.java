package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.api.testing.Answer;
import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.FormBody;
import io.backfill.api.testing.RawConnection;
import io.backfill.door.DoorConfig;
import io.backfill.door.TenantSeats;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Slow, stuck and unauthenticated clients on a server with few threads: other clients must be served at once. */
@Timeout(60)
class FrontDoorTest {
    /** Far longer than other clients may wait. If slow clients held the threads, the others would wait this long. */
    private static final Duration PATIENT = Duration.ofSeconds(50);

    private static final Duration IMPATIENT = Duration.ofSeconds(1);
    private static final Duration OTHERS = Duration.ofSeconds(25);
    /** More bytes than the system buffers for a connection. */
    private static final int SIZE = 24_000_000;

    private static final int THREADS = 6;
    private static final int TRANSFERS = 4;

    private final List<RawConnection> connections = new ArrayList<>();
    private ApiServer server = server(PATIENT);
    private ApiClient other = server.client("key-other");

    private static ApiServer server(Duration idle) {
        return ApiServer.of(new DoorConfig(THREADS, TRANSFERS, 2, idle, 4096, idle));
    }

    /** Replaces the server by one that drops slow clients soon. */
    private void beImpatient() {
        server.close();
        server = server(IMPATIENT);
        other = server.client("key-other");
    }

    @AfterEach
    void stop() throws IOException {
        for (RawConnection connection : connections) {
            connection.close();
        }
        server.close();
    }

    private RawConnection send(String head, String... headers) throws IOException {
        RawConnection connection = new RawConnection(server.base());
        connections.add(connection);
        StringBuilder request = new StringBuilder(head).append(" HTTP/1.1\r\nHost: x\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return connection.write(request.append("\r\n").toString());
    }

    private RawConnection upload(String key) throws IOException {
        return send(
                "POST /v1/files",
                "Authorization: Bearer " + key,
                "Content-Type: multipart/form-data; boundary=b",
                "Content-Length: 1000000");
    }

    private void assertOthersAreServed() {
        long start = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            other.get("/v1/files").expect(200);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(OTHERS);
    }

    @Test
    void requestsWithoutAKeyShouldBeAnsweredWithoutWaitingForTheirBodies() throws IOException {
        List<RawConnection> nameless = new ArrayList<>();
        for (int i = 0; i < 5 * THREADS; i++) {
            nameless.add(
                    send("POST /v1/files", "Content-Type: multipart/form-data; boundary=b", "Content-Length: 1000000"));
        }
        assertOthersAreServed();
        for (RawConnection connection : nameless) {
            Answer answer = connection.read();
            answer.expectError(401);
            assertThat(answer.header("connection")).contains("close");
        }
    }

    @Test
    void slowUploadsShouldTakeSeatsAndTheRestBeToldWhenToComeBack() throws IOException {
        for (int i = 0; i < TRANSFERS / 2; i++) {
            upload("key-slow");
        }
        await().until(() -> server.door.transfers() == TRANSFERS / 2);
        for (int i = 0; i < 3 * THREADS; i++) {
            Answer refused = upload("key-slow").read();
            assertThat(refused.expectError(429).get("code").asText()).isEqualTo("rate_limit_exceeded");
            assertThat(refused.header("retry-after")).isPresent();
        }
        assertOthersAreServed();
        other.upload("a.jsonl", "x");
    }

    @Test
    void uploadThatStopsShouldBeToldSoAndGiveItsSeatBack() throws IOException {
        beImpatient();
        RawConnection stuck = upload("key-slow").write("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx");
        assertThat(stuck.read().expectError(408).get("message").asText()).contains("too slow");
        await().until(() -> server.door.transfers() == 0);
        assertThat(server.store.list("files", 10)).isEmpty();
        assertThat(server.door.slowClients()).isPositive();
    }

    /** Starts as many downloads as one tenant may have seats for, and does not read them. */
    private String downloads() throws IOException {
        String path = "/v1/files/" + server.client("key-slow").upload("user_data", "a", new byte[SIZE]) + "/content";
        for (int i = 0; i < TRANSFERS / 2; i++) {
            RawConnection reader = RawConnection.withSmallWindow(server.base());
            connections.add(reader);
            reader.write("GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key-slow\r\n\r\n");
        }
        return path;
    }

    @Test
    void slowDownloadsShouldTakeSeatsAndTheRestBeToldWhenToComeBack() throws IOException {
        String path = downloads();
        await().until(() -> server.door.transfers() == TRANSFERS / 2);
        server.client("key-slow").get(path).expectError(429);
        assertOthersAreServed();
        assertThat(server.door.transfers()).isEqualTo(TRANSFERS / 2);
    }

    @Test
    void downloadThatIsNotReadShouldEndAndGiveItsSeatBack() throws IOException {
        beImpatient();
        String path = downloads();
        await().until(() -> server.door.slowClients() == TRANSFERS / 2 && server.door.transfers() == 0);
        assertThat(server.client("key-slow").get(path).expect(200).bytes()).hasSize(SIZE);
    }

    @Test
    void slowSmallBodiesShouldHoldNoThread() throws IOException {
        String body =
                "{\"input_file_id\":\"file-x\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}";
        List<RawConnection> slow = new ArrayList<>();
        for (int i = 0; i < 5 * THREADS; i++) {
            slow.add(send(
                            "POST /v1/batches",
                            "Authorization: Bearer key-slow",
                            "Content-Type: application/json",
                            "Content-Length: " + body.length())
                    .write(body.substring(0, 10)));
        }
        assertOthersAreServed();
        for (RawConnection connection : slow) {
            connection.write(body.substring(10)).read().expect(200);
        }
    }

    @Test
    void bodyInChunksShouldBeWaitedForWithASeatOnly() throws IOException {
        for (int i = 0; i < 5 * THREADS; i++) {
            send("POST /v1/batches", "Authorization: Bearer key-slow", "Transfer-Encoding: chunked");
        }
        assertOthersAreServed();
    }

    @Test
    void refusedBodyShouldBeDroppedBehindTheAnswer() throws IOException {
        RawConnection connection = send(
                "POST /v1/files",
                "Authorization: Bearer key-slow",
                "Content-Type: nonsense",
                "Content-Length: 3000000");
        connection.read().expectError(400);
        byte[] third = new byte[1_000_000];
        connection.write(third).write(third).write(third);
        connection.write("GET /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key-slow\r\n\r\n");
        connection.read().expect(200);
    }

    @Test
    void endOfTheFormShouldNotBeWaitedFor() throws IOException {
        FormBody form = new FormBody().text("purpose", "batch").file("a.jsonl", "x".repeat(100_000));
        byte[] body = form.closed();
        RawConnection connection = send(
                        "POST /v1/files",
                        "Authorization: Bearer key-slow",
                        "Content-Type: " + form.contentType(),
                        "Content-Length: " + (body.length + 10))
                .write(body);
        connection.read().expect(200);
        connection.write("0123456789");
        connection.write("GET /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key-slow\r\n\r\n");
        connection.read().expect(200);
    }

    @Test
    void createsOfOneTenantShouldBeFewAtOnceAndTheRestBeToldWhenToComeBack() throws IOException {
        String body =
                "{\"input_file_id\":\"file-x\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}";
        try (TenantSeats.Seat busy = server.door.create(new TenantId("slow")).orElseThrow()) {
            Answer refused = server.client("key-slow").postJson("/v1/batches", body);
            assertThat(refused.expectError(429).get("message").asText()).startsWith("Too many batches");
            assertThat(refused.header("retry-after")).isPresent();
            other.postJson("/v1/batches", body).expect(200);
        }
        server.client("key-slow").postJson("/v1/batches", body).expect(200);
    }

    @Test
    void requestsOfOneTenantShouldLeaveThreadsToOthers() throws IOException {
        List<TenantSeats.Seat> taken = new ArrayList<>();
        for (int i = 0; i < THREADS / 2; i++) {
            taken.add(server.door.request(new TenantId("slow")).orElseThrow());
        }
        server.client("key-slow").get("/v1/files").expectError(429);
        other.get("/v1/files").expect(200);
        taken.forEach(TenantSeats.Seat::close);
        server.client("key-slow").get("/v1/files").expect(200);
    }

    @Test
    void tenantsWithSlowTransfersShouldLeaveSeatsToTheNext() throws IOException {
        upload("key-a");
        upload("key-a");
        await().until(() -> server.door.transfers() == 2);
        upload("key-b");
        await().until(() -> server.door.transfers() == 3);
        other.upload("a.jsonl", "x");
    }
}
