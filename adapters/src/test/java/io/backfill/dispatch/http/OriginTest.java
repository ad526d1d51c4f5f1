package io.backfill.dispatch.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginTest {
    @ParameterizedTest
    @CsvSource({
        "http://vllm_0:8000/base/, vllm_0, 8000, vllm_0:8000",
        "https://my_host, my_host, 443, my_host",
        "http://vllm-0, vllm-0, 80, vllm-0",
        "'http://[::1]:8000', ::1, 8000, '[::1]:8000'"
    })
    void anAddressShouldBeTakenApart(String address, String host, int port, String hostHeader) {
        Origin origin = Origin.of(URI.create(address));

        assertThat(origin.host()).isEqualTo(host);
        assertThat(origin.port()).isEqualTo(port);
        assertThat(origin.hostHeader()).isEqualTo(hostHeader);
    }
}
