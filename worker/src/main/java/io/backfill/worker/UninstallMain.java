package io.backfill.worker;

import io.backfill.models.Model;
import io.backfill.tls.ClientTls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Main class of the chart's hook before an uninstall. The arguments are paths of objects in the Kubernetes API, which it deletes in
 * this order. It fails at the first refusal; the cluster then retries the pod.
 */
public final class UninstallMain {
    private static final URI API = URI.create("https://kubernetes.default.svc");
    private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    private UninstallMain() {}

    public static void main(String[] paths) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newBuilder()
                .sslContext(ClientTls.context(Model.Tls.trusting(Optional.of(ACCOUNT.resolve("ca.crt")))))
                .connectTimeout(Duration.ofSeconds(10))
                .build()) {
            String token = Files.readString(ACCOUNT.resolve("token")).strip();
            ApiDeletion deletion = new ApiDeletion(http, API, token, Duration.ofSeconds(1));
            for (String path : paths) {
                deletion.delete(path);
            }
        }
    }
}
