package io.backfill.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code ./backfill admin}: sends an operator's command to a running gateway and prints the result. Exit status: 0 done, 1 rejected
 * by the gateway, 2 gateway or key file not accessible, 64 wrong usage, 77 the caller is not an operator.
 */
public final class Admin {
    static final int DONE = 0;
    static final int REFUSED = 1;
    static final int UNREACHABLE = 2;
    static final int USAGE = 64;
    static final int NOT_ALLOWED = 77;

    private static final Set<String> ORDERS = Set.of("resume", "settle");
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final PrintStream out;
    private final PrintStream err;

    Admin(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        System.exit(new Admin(System.out, System.err).run(List.of(arguments)));
    }

    /** @return the exit status */
    int run(List<String> arguments) {
        List<String> words = new ArrayList<>(arguments);
        if (words.size() < 2 || !ORDERS.contains(words.get(0)) || words.get(1).startsWith("-")) {
            return usage("expected 'resume BATCH' or 'settle BATCH'");
        }
        String order = words.removeFirst();
        String batch = words.removeFirst();
        if (!batch.matches("[A-Za-z0-9_-]+")) {
            return usage("'" + batch + "' is not the id of a batch");
        }
        HttpRequest request;
        try {
            Flags flags = Flags.parse(words, Set.of("--address", "--key-file"), Set.of());
            String address =
                    flags.text("--address").orElse("http://127.0.0.1:8080").replaceAll("/+$", "");
            HttpRequest.Builder builder = HttpRequest.newBuilder(
                            URI.create(address + "/v1/admin/batches/" + batch + "/" + order))
                    .timeout(ANSWER)
                    .POST(HttpRequest.BodyPublishers.noBody());
            if (flags.path("--key-file").isPresent()) {
                builder.header(
                        "Authorization",
                        "Bearer " + key(flags.path("--key-file").get()));
            }
            request = builder.build();
        } catch (IOException unreadable) {
            err.println("admin: " + unreadable.getMessage());
            return UNREACHABLE;
        } catch (IllegalArgumentException wrong) {
            return usage(String.valueOf(wrong.getMessage()));
        }
        return send(request);
    }

    private static String key(Path file) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IOException("the key file " + file + " cannot be read", e);
        }
    }

    private int send(HttpRequest request) {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            return report(answer.statusCode(), answer.body());
        } catch (IOException e) {
            err.println("admin: no answer from " + request.uri().getScheme() + "://"
                    + request.uri().getAuthority() + ": "
                    + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
            return UNREACHABLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNREACHABLE;
        }
    }

    private int report(int status, String body) {
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(body);
        } catch (IOException notJson) {
            err.println("admin: this is not a Backfill gateway, it answered " + status + " without JSON");
            return UNREACHABLE;
        }
        if (status == 200) {
            JsonNode paused = json.at("/backfill/paused");
            out.println(json.path("id").asText() + " " + json.path("status").asText()
                    + (paused.isObject() ? ", paused: " + paused.path("reason").asText() : ""));
            return DONE;
        }
        err.println("admin: refused with " + status + ": "
                + json.at("/error/message").asText());
        return status == 401 || status == 403 ? NOT_ALLOWED : REFUSED;
    }

    private int usage(String why) {
        err.println("admin: " + why);
        return USAGE;
    }
}
