package io.backfill.webhooks.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.tenants.TenantId;
import io.backfill.webhooks.EventType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorEndpointsFileTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void secrets() throws IOException {
        Files.writeString(folder.resolve("ops.secret"), "whsec_MDEyMw==\n");
        Files.writeString(folder.resolve("bad.secret"), "whsec_hidden!\n");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("webhooks.yaml"), text);
    }

    @Test
    void endpointsShouldBeRead() throws IOException {
        var endpoints = OperatorEndpointsFile.read(file("""
                endpoints:
                  - name: ops
                    url: https://hooks.example/ops
                    secret-file: ops.secret
                  - name: billing
                    url: http://billing.internal:8080/batches
                    secret-file: ops.secret
                    event-types: [batch.completed, backfill.batch.paused]
                    tenants: [alice, bob]
                """));

        assertThat(endpoints).hasSize(2);
        assertThat(endpoints.get(0).id()).isEqualTo("operator:ops");
        assertThat(endpoints.get(0).types()).containsExactlyInAnyOrder(EventType.values());
        assertThat(endpoints.get(0).tenants()).isEmpty();
        assertThat(endpoints.get(0).secrets().current().text()).isEqualTo("whsec_MDEyMw==");
        assertThat(endpoints.get(1).types()).containsExactlyInAnyOrder(EventType.COMPLETED, EventType.PAUSED);
        assertThat(endpoints.get(1).tenants())
                .isEqualTo(Optional.of(Set.of(new TenantId("alice"), new TenantId("bob"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    endpoints: 7                                                                       | 'endpoints' is a list
                    hooks: []                                                                          | expected one key
                    endpoints: [{name: a, url: 'https://a/', secret-file: none}]                        | cannot be read
                    endpoints: [{name: a, url: 'https://a/', secret-file: bad.secret}]                  | base64
                    endpoints: [{name: a, url: 'ftp://a/', secret-file: ops.secret}]                    | https
                    endpoints: [{name: a, url: 'https://a/'}]                                           | secret-file
                    endpoints: [{name: a b, url: 'https://a/', secret-file: ops.secret}]                | 'name'
                    endpoints: [{name: a, url: 'https://a/', secret-file: ops.secret, types: [x]}]      | unknown key 'types'
                    endpoints: [{name: a, url: 'https://a/', secret-file: ops.secret, event-types: [x]}]| unknown event type 'x'
                    endpoints: [                                                                       | not valid YAML
                    """)
    void mistakeShouldBeNamedWithoutTheSecret(String text, String part) throws IOException {
        Path file = file(text);

        assertThatThrownBy(() -> OperatorEndpointsFile.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("webhooks.yaml")
                .hasMessageContaining(part)
                .hasMessageNotContaining("hidden");
    }
}
