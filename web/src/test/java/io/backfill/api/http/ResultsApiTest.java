package io.backfill.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.api.testing.Answer;
import io.backfill.api.testing.ApiClient;
import io.backfill.api.testing.RawConnection;
import io.backfill.door.DoorConfig;
import io.backfill.feed.PlayedBatch;
import io.backfill.tenants.TenantId;
import io.backfill.testing.MemoryResultLogs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code GET /v1/batches/{id}/results} over HTTP. */
class ResultsApiTest {
    private final ApiServer server = new ApiServer();
    private final ApiClient client = server.client("key-a");
    private PlayedBatch batch;

    @BeforeEach
    void plan() throws IOException {
        batch = PlayedBatch.planned(
                server.batches,
                server.store,
                new MemoryResultLogs(server.store),
                server.time,
                new TenantId("a"),
                1,
                200);
        batch.claim();
        batch.open();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String path(String query) {
        return "/v1/batches/" + batch.id() + "/results" + query;
    }

    @Test
    void pagesShouldGiveEveryLineOnceWhileTheBatchRunsAndAfterItsEnd() throws IOException {
        List<String> lines = new ArrayList<>();
        Answer empty = client.get(path("")).expect(200);
        assertThat(empty.bytes()).isEmpty();
        String cursor = empty.header("x-next-cursor").orElseThrow();

        batch.finish(50);
        Answer first = client.get(path("?limit=20&after=" + cursor)).expect(200);
        assertThat(first.header("content-type")).hasValue("application/jsonl");
        lines.addAll(first.text().lines().toList());
        assertThat(lines).hasSize(20);
        cursor = first.header("x-next-cursor").orElseThrow();

        batch.finish(50);
        batch.cancel();
        batch.end();
        Answer rest = client.get(path("?limit=10000&after=" + cursor)).expect(200);
        lines.addAll(rest.text().lines().toList());
        assertThat(lines).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(fileLines());
        assertThat(lines).hasSize(200);
        String end = rest.header("x-next-cursor").orElseThrow();
        Answer behind = client.get(path("?after=" + end)).expect(200);
        assertThat(behind.bytes()).isEmpty();
        assertThat(behind.header("x-next-cursor")).hasValue(end);
    }

    private List<String> fileLines() {
        return Stream.of(batch.row().outputFile(), batch.row().errorFile())
                .flatMap(file -> client.get("/v1/files/" + file.orElseThrow() + "/content")
                        .expect(200)
                        .text()
                        .lines())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"output,80", "error,20", "all,100"})
    void kindShouldChooseTheFile(String kind, int lines) throws IOException {
        batch.finish(100);
        assertThat(client.get(path("?kind=" + kind)).expect(200).text().lines()).hasSize(lines);
    }

    @ParameterizedTest
    @CsvSource({
        "?kind=both,kind,invalid_value",
        "?after=batch_1,after,invalid_value",
        "?limit=0,limit,integer_below_min_value",
        "?limit=10001,limit,integer_above_max_value",
        "?follow=yes,follow,invalid_value"
    })
    void badParametersShouldBeNamed(String query, String param, String code) {
        var error = client.get(path(query)).expectError(400);
        assertThat(error.get("param").asText()).isEqualTo(param);
        assertThat(error.get("code").asText()).isEqualTo(code);
    }

    @Test
    void resultsOfAnotherTenantShouldNotBeFound() {
        ApiClient stranger = server.client("key-b");
        stranger.get(path("")).expectError(404, "No batch found with id '" + batch.id() + "'.", null, null);
        stranger.get(path("?follow=true")).expectError(404, "No batch found with id '" + batch.id() + "'.", null, null);
    }

    @Test
    void resultsShouldBeGoneWhenTheirFileIs() throws IOException {
        batch.finish(200);
        String cursor =
                client.get(path("?limit=1")).expect(200).header("x-next-cursor").orElseThrow();
        batch.end();
        client.delete("/v1/files/" + batch.row().outputFile().orElseThrow()).expect(200);
        for (String query : List.of("?after=" + cursor, "?follow=true")) {
            assertThat(client.get(path(query)).expectError(410).get("code").asText())
                    .isEqualTo("results_gone");
        }
        assertThat(client.get(path("?kind=error")).expect(200).text().lines()).hasSize(40);
    }

    @Test
    void headShouldNotFollow() {
        Answer head = client.send("HEAD", path("?follow=true"), HttpRequest.BodyPublishers.noBody());
        head.expect(200);
        assertThat(server.followers.count()).isZero();
    }

    @Test
    void followerShouldGetLinesAsTheyComeHeartbeatsAndTheEnd() throws IOException {
        batch.finish(10);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> response = follow(http, "?follow=true").join();
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("x-next-cursor")).isPresent();
            assertThat(response.headers().firstValue("x-request-id")).isPresent();
            List<String> lines = new ArrayList<>();
            try (BufferedReader body =
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                read(body, lines, 10);
                batch.finish(20);
                read(body, lines, 30);
                // nothing happens until the heartbeat
                assertThat(body.readLine()).isEmpty();
                batch.cancel();
                batch.end();
                for (String line = body.readLine(); line != null; line = body.readLine()) {
                    if (!line.isEmpty()) {
                        lines.add(line);
                    }
                }
            }
            assertThat(lines).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(fileLines());
            assertThat(server.followers.count()).isZero();
        }
    }

    private static void read(BufferedReader body, List<String> lines, int total) throws IOException {
        while (lines.size() < total) {
            String line = body.readLine();
            assertThat(line).isNotNull();
            if (!line.isEmpty()) {
                lines.add(line);
            }
        }
    }

    private CompletableFuture<HttpResponse<InputStream>> follow(HttpClient http, String query) {
        return http.sendAsync(
                HttpRequest.newBuilder(URI.create(server.base() + path(query)))
                        .version(HttpClient.Version.HTTP_1_1)
                        .header("Authorization", "Bearer key-a")
                        .build(),
                BodyHandlers.ofInputStream());
    }

    @Test
    void lastCursorShouldComeAsATrailer() throws IOException {
        batch.finish(5);
        try (Socket socket = new Socket(server.base().getHost(), server.base().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET " + path("?follow=true&limit=5") + " HTTP/1.1\r\nHost: localhost\r\nTE: trailers\r\n"
                                    + "Authorization: Bearer key-a\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String line = in.readLine();
            while (!line.equals("0")) {
                line = in.readLine();
                assertThat(line).isNotNull();
            }
            String trailer = in.readLine();
            assertThat(trailer).startsWithIgnoringCase("x-next-cursor: ");
            String cursor = trailer.substring(trailer.indexOf(' ') + 1);
            assertThat(client.get(path("?after=" + cursor)).expect(200).bytes()).isEmpty();
        }
    }

    @Test
    void clientThatDoesNotReadShouldBeCut() throws IOException {
        try (ApiServer small = ApiServer.of(DoorConfig.DEFAULT, 4096)) {
            PlayedBatch large = PlayedBatch.planned(
                    small.batches,
                    small.store,
                    new MemoryResultLogs(small.store),
                    small.time,
                    new TenantId("a"),
                    1,
                    3000);
            large.claim();
            large.open();
            large.finish(3000);
            try (RawConnection connection = RawConnection.withSmallWindow(small.base())) {
                connection.write(
                        "GET /v1/batches/" + large.id() + "/results?follow=true HTTP/1.1\r\nHost: localhost\r\n"
                                + "Authorization: Bearer key-a\r\n\r\n");
                await().until(() -> small.followers.count() == 1);
                await().atMost(Duration.ofSeconds(20)).until(() -> small.followers.count() == 0);
                // the container knows that the request is over; otherwise a stop would wait for it
                await().until(() -> small.accessLog.stream().anyMatch(line -> line.contains("/results")));
            }
        }
    }

    @Test
    void clientThatGoesShouldFreeItsPlace() throws IOException {
        batch.finish(1);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> response = follow(http, "?follow=true").join();
            assertThat(server.followers.count()).isEqualTo(1);
            response.body().close();
            // the next heartbeats find out
            await().atMost(Duration.ofSeconds(20)).until(() -> server.followers.count() == 0);
            await().until(() -> server.accessLog.stream().anyMatch(line -> line.contains("/results")));
        }
    }

    /** Far more than the server has threads. */
    @Test
    void thousandFollowersShouldHoldNoThread() throws IOException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            List<CompletableFuture<HttpResponse<InputStream>>> responses = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                responses.add(follow(http, "?follow=true"));
                if (i % 50 == 49) {
                    // a tenant may send only so many requests at once
                    responses.forEach(CompletableFuture::join);
                }
            }
            assertThat(responses).allMatch(response -> response.join().statusCode() == 200);
            assertThat(server.followers.count()).isEqualTo(1000);
            assertThat(server.followers.batches()).isEqualTo(1);
            assertThat(server.door.requests()).isZero();
            assertThat(Thread.getAllStackTraces()).hasSizeLessThan(400);

            batch.finish(200);
            batch.end();
            for (CompletableFuture<HttpResponse<InputStream>> response : responses) {
                try (InputStream body = response.join().body()) {
                    assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)
                                    .lines()
                                    .filter(line -> !line.isEmpty()))
                            .hasSize(200);
                }
            }
        }
    }
}
