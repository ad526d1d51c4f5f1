package io.backfill.files.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;

/** Tests IAM roles for service accounts: the token of a pod's service account is exchanged for credentials. */
class WebIdentityTest {
    private static final String ENDPOINT = "aws.endpointUrlSts";
    private static final String REGION = "aws.region";

    private static final String ANSWER = """
            <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
              <AssumeRoleWithWebIdentityResult>
                <Credentials>
                  <AccessKeyId>a-key</AccessKeyId>
                  <SecretAccessKey>a-secret</SecretAccessKey>
                  <SessionToken>a-session</SessionToken>
                  <Expiration>2999-01-01T00:00:00Z</Expiration>
                </Credentials>
              </AssumeRoleWithWebIdentityResult>
            </AssumeRoleWithWebIdentityResponse>
            """;

    @TempDir
    Path folder;

    private final AtomicReference<String> asked = new AtomicReference<>("");
    private HttpServer sts;

    @BeforeEach
    void open() throws IOException {
        sts = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        sts.createContext("/", exchange -> {
            asked.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = ANSWER.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/xml");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        sts.start();
        System.setProperty(ENDPOINT, "http://127.0.0.1:" + sts.getAddress().getPort());
        System.setProperty(REGION, "eu-test-1");
    }

    @AfterEach
    void close() {
        System.clearProperty(ENDPOINT);
        System.clearProperty(REGION);
        sts.stop(0);
    }

    @Test
    void theTokenOfAServiceAccountShouldGiveCredentials() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "a.pod.token");

        AwsCredentials credentials;
        try (WebIdentityTokenFileCredentialsProvider provider = WebIdentityTokenFileCredentialsProvider.builder()
                .webIdentityTokenFile(token)
                .roleArn("arn:aws:iam::123456789012:role/backfill")
                .roleSessionName("backfill")
                .build()) {
            credentials = provider.resolveCredentials();
        }

        assertThat(credentials.accessKeyId()).isEqualTo("a-key");
        assertThat(asked.get()).contains("AssumeRoleWithWebIdentity").contains("a.pod.token");
    }
}
