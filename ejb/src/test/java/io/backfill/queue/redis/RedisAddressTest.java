package io.backfill.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
    private static RedisAddress parse(String url) {
        return RedisAddress.parse(url, Optional.empty());
    }

    @Test
    void aUrlShouldSayHostPortLoginAndDatabase() {
        RedisAddress address = parse("redis://ada:p%40ss:w+rd@cache.example:6400/3");

        assertThat(address.host()).isEqualTo("cache.example");
        assertThat(address.port()).isEqualTo(6400);
        assertThat(address.user()).contains("ada");
        assertThat(address.password()).contains("p@ss:w+rd");
        assertThat(address.database()).isEqualTo(3);
        assertThat(address.tls()).isEmpty();
    }

    @Test
    void whatIsNotSaidShouldHaveADefault() {
        RedisAddress address = parse("rediss://:secret@[::1]");

        assertThat(address.host()).isEqualTo("::1");
        assertThat(address.port()).isEqualTo(6379);
        assertThat(address.user()).isEmpty();
        assertThat(address.password()).contains("secret");
        assertThat(address.database()).isZero();
        assertThat(address.tls()).isPresent();
        assertThat(address.readTimeout()).isEqualTo(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost:6379",
                "http://localhost",
                "redis://",
                "redis://:secret@",
                "redis://secret@localhost",
                "redis://localhost/name",
                "redis://localhost/0?secret",
                "redis://:secret%@localhost",
                "redis://:se cret@localhost"
            })
    void anythingElseShouldBeRefusedWithoutShowingThePassword(String url) {
        assertThatThrownBy(() -> parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("redis://[[user]:password@]host")
                .hasNoCause()
                .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("secret"));
    }

    @Test
    void asTextItShouldNotShowThePassword() {
        assertThat(parse("rediss://ada:secret@localhost/1")).hasToString("rediss://localhost:6379/1");
    }

    @Test
    void aCaFileShouldBeOfUse() {
        assertThatThrownBy(() -> RedisAddress.parse("redis://localhost", Optional.of(Path.of("ca.pem"))))
                .hasMessageContaining("rediss://");
        assertThatThrownBy(() -> RedisAddress.parse("rediss://localhost", Optional.of(Path.of("no-such.pem"))))
                .hasMessageContaining("no-such.pem");
    }
}
