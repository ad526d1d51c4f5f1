package io.backfill.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;

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
                "redis://:se cret@localhost",
                "redis://one,two",
                "redis-cluster://:secret@",
                "redis-guard://one",
                "redis://one:port"
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
                .hasMessageContaining("rediss");
        assertThatThrownBy(() -> RedisAddress.parse("rediss://localhost", Optional.of(Path.of("no-such.pem"))))
                .hasMessageContaining("no-such.pem");
    }

    @Test
    void sentinelsShouldBeNamedWithTheirMaster() {
        RedisAddress address = parse("rediss-sentinel://:secret@s_1,s-2:26380,[::1]/cache/3");

        assertThat(address.kind()).isEqualTo(RedisAddress.Kind.SENTINEL);
        assertThat(address.servers())
                .extracting(HostAndPort::getHost, HostAndPort::getPort)
                .containsExactly(tuple("s_1", 26379), tuple("s-2", 26380), tuple("::1", 26379));
        assertThat(address.master()).isEqualTo("cache");
        assertThat(address.database()).isEqualTo(3);
        assertThat(address.password()).contains("secret");
        assertThat(address).hasToString("rediss-sentinel://s_1:26379,s-2:26380,::1:26379/cache/3");
        assertThatThrownBy(() -> parse("redis-sentinel://:secret@one")).hasMessageContaining("name the master");
    }

    @Test
    void nodesOfAClusterShouldBeNamedWithoutADatabase() {
        RedisAddress address = parse("redis-cluster://one,two:6380");

        assertThat(address.kind()).isEqualTo(RedisAddress.Kind.CLUSTER);
        assertThat(address).hasToString("redis-cluster://one:6379,two:6380");
        assertThatThrownBy(() -> parse("redis-cluster://one/1")).hasMessageContaining("must not name a database");
    }
}
