package io.backfill.worker;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Deletes objects through the Kubernetes API and waits until they and their pods are gone. */
final class ApiDeletion {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http;
    private final URI api;
    private final String token;
    private final Duration pause;

    /** @param pause between two requests that ask whether an object is gone */
    ApiDeletion(HttpClient http, URI api, String token, Duration pause) {
        this.http = http;
        this.api = api;
        this.token = token;
        this.pause = pause;
    }

    /**
     * Deletes in the foreground, so that the object exists until its pods are gone.
     *
     * @param path of an object, or of a collection with a selector as its query
     * @throws IOException if the API refused a request or did not answer
     */
    void delete(String path) throws IOException, InterruptedException {
        boolean gone = isAbsent(send("DELETE", path, "propagationPolicy=Foreground"));
        while (!gone) {
            Thread.sleep(pause);
            HttpResponse<String> now = send("GET", path, "limit=1");
            gone = isAbsent(now) || now.body().contains("\"items\":[]");
        }
    }

    private HttpResponse<String> send(String method, String path, String query)
            throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(api.resolve(path + (path.contains("?") ? "&" : "?") + query))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .header("Accept", "application/json")
                        .header("Authorization", "Bearer " + token)
                        .timeout(TIMEOUT)
                        .build(),
                BodyHandlers.ofString());
        if (response.statusCode() >= 300 && !isAbsent(response)) {
            throw new IOException(method + " " + path + ": " + response.statusCode() + " " + response.body());
        }
        return response;
    }

    private static boolean isAbsent(HttpResponse<String> response) {
        return response.statusCode() == HttpURLConnection.HTTP_NOT_FOUND;
    }
}
