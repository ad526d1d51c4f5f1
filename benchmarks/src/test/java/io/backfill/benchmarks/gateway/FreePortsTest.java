package io.backfill.benchmarks.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreePortsTest {
    @Test
    void portsShouldNotBeAmongThoseThatOutgoingConnectionsGet() throws IOException {
        List<Integer> ports = FreePorts.take(50);

        assertThat(ports).doesNotHaveDuplicates().allMatch(port -> port < FreePorts.end());
        try (ServerSocket ephemeral = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(ephemeral.getLocalPort()).isGreaterThanOrEqualTo(FreePorts.end());
        }
    }
}
