package io.backfill.tenants.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsAccessTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress OTHER = InetAddress.ofLiteral("192.0.2.1");

    @TempDir
    private Path folder;

    @Test
    void networkShouldBeAdmitted() {
        MetricsAccess access = new MetricsAccess(List.of(Cidr.parse("127.0.0.0/8")), Optional.empty());
        assertThat(access.admits(LOOPBACK, Optional.empty())).isTrue();
        assertThat(access.admits(OTHER, Optional.empty())).isFalse();
        assertThat(access.admits(OTHER, Optional.of("Bearer x"))).isFalse();
    }

    @Test
    void tokenShouldBeAdmittedAsItsFileSaysNow() throws IOException {
        Path file = folder.resolve("token");
        MetricsAccess access = new MetricsAccess(List.of(), Optional.of(file));
        assertThat(access.admits(LOOPBACK, Optional.of("Bearer "))).isFalse();
        Files.writeString(file, "first\n");
        assertThat(access.admits(OTHER, Optional.of("Bearer first"))).isTrue();
        assertThat(access.admits(OTHER, Optional.of("bearer first"))).isTrue();
        assertThat(access.admits(OTHER, Optional.of("Bearer other"))).isFalse();
        assertThat(access.admits(LOOPBACK, Optional.empty())).isFalse();
        Files.writeString(file, "second");
        assertThat(access.admits(OTHER, Optional.of("Bearer first"))).isFalse();
        assertThat(access.admits(OTHER, Optional.of("Bearer second"))).isTrue();
        Files.writeString(file, "\n");
        assertThat(access.admits(OTHER, Optional.of("Bearer "))).isFalse();
    }
}
