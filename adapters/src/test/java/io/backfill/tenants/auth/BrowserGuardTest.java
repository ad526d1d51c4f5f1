package io.backfill.tenants.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrowserGuardTest {
    private final BrowserGuard guard = new BrowserGuard(true, List.of("Build.example"));

    private static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8080,",
        "LOCALHOST,",
        "127.0.0.1:8080,",
        "127.8.9.1,",
        "[::1]:8080,",
        ",",
        "build.example:8080,",
        "localhost:8080, http://localhost:8080",
        "localhost:8080, https://build.example",
        "localhost:8080, http://BUILD.example:3000",
    })
    void ownHostsAndOriginsShouldPass(String host, String origin) {
        assertThat(guard.refusal(address("127.0.0.1"), Optional.ofNullable(host), Optional.ofNullable(origin)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "evil.example,",
        "evil.example:8080, http://evil.example:8080",
        "localhost.evil.example:8080,",
        "127.0.0.1.evil.example,",
        "10.0.0.1,",
        "localhost:8080, http://evil.example",
        "localhost:8080, http://localhost:3000",
        "localhost:8080, null",
        "localhost:8080, file://",
        "localhost:8080, http://build.example.evil.example",
        "a/b,",
    })
    void othersShouldBeRefused(String host, String origin) {
        assertThat(guard.refusal(address("127.0.0.1"), Optional.ofNullable(host), Optional.ofNullable(origin)))
                .isPresent();
    }

    @Test
    void gatewaysWithKeysOrForTheNetworkShouldNotLook() {
        Optional<String> evil = Optional.of("evil.example");
        assertThat(new BrowserGuard(false, List.of()).refusal(address("127.0.0.1"), evil, evil))
                .isEmpty();
        assertThat(guard.refusal(address("192.0.2.1"), evil, evil)).isEmpty();
    }
}
