package io.backfill.webhooks.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.tenants.auth.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {
    private static final AddressRules NONE_ALLOWED = new AddressRules(List.of());

    /** Literals only, which are resolved without a name server. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.1.2.3",
                "2130706433",
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "100.64.0.1",
                "100.100.100.200",
                "168.63.129.16",
                "169.254.169.254",
                "169.254.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.0.2.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.250",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::ffff:169.254.169.254",
                "::127.0.0.1",
                "64:ff9b::a00:1",
                "64:ff9b:1::1",
                "100::1",
                "fe80::1",
                "fec0::1",
                "fc00::1",
                "fd00:ec2::254",
                "ff02::1",
                "2001::7f00:1",
                "2001:db8::1",
                "2002:7f00:1::",
                "3fff::1",
                "5f00::1"
            })
    void addressThatIsNotPublicShouldBeRefused(String literal) throws UnknownHostException {
        assertThat(NONE_ALLOWED.permits(InetAddress.getByName(literal), true)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.255.255",
                "172.32.0.1",
                "223.255.255.255",
                "::ffff:8.8.8.8",
                "2606:4700::1111",
                "2a00:1450::1"
            })
    void publicAddressShouldBePermittedWithHttpsOnly(String literal) throws UnknownHostException {
        assertThat(NONE_ALLOWED.permits(InetAddress.getByName(literal), true)).isTrue();
        assertThat(NONE_ALLOWED.permits(InetAddress.getByName(literal), false)).isFalse();
    }

    @Test
    void allowedNetworkShouldBePermittedWithHttpToo() throws UnknownHostException {
        AddressRules rules = new AddressRules(List.of(Cidr.parse("10.1.0.0/16"), Cidr.parse("fd00::/8")));

        assertThat(rules.permits(InetAddress.getByName("10.1.2.3"), false)).isTrue();
        assertThat(rules.permits(InetAddress.getByName("::ffff:10.1.2.3"), true))
                .isTrue();
        assertThat(rules.permits(InetAddress.getByName("fd12::1"), false)).isTrue();
        assertThat(rules.permits(InetAddress.getByName("10.2.0.1"), true)).isFalse();
        assertThat(rules.permits(InetAddress.getByName("8.8.8.8"), false)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/",
                "ftp://example.com/",
                "file:///etc/passwd",
                "example.com/hooks",
                "https://",
                "https:///x",
                "https://user:secret@example.com/",
                "https://example.com/#top",
                "https://example.com:0/",
                "https://example.com:70000/",
                "https://127.0.0.1/",
                "https://169.254.169.254/latest/meta-data",
                "https://[::1]/",
                "https://[::ffff:10.0.0.1]/",
                "https://a b/"
            })
    void urlThatCanNeverBeCalledShouldBeRefused(String url) {
        assertThatThrownBy(() -> NONE_ALLOWED.check(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void usableUrlShouldBeTakenApart() {
        assertThatCode(() -> new AddressRules(List.of(Cidr.parse("127.0.0.1"))).check("http://127.0.0.1:8080"))
                .doesNotThrowAnyException();
        assertThat(NONE_ALLOWED.check("https://Example.com/a/ü?q=1&r=%20")).satisfies(url -> {
            assertThat(url.host()).isEqualTo("Example.com");
            assertThat(url.port()).isEqualTo(443);
            assertThat(url.authority()).isEqualTo("Example.com");
            assertThat(url.target()).isEqualTo("/a/%C3%BC?q=1&r=%20");
        });
        assertThat(NONE_ALLOWED.check("https://[2606:4700::1111]:8443")).satisfies(url -> {
            assertThat(url.host()).isEqualTo("2606:4700::1111");
            assertThat(url.authority()).isEqualTo("[2606:4700::1111]:8443");
            assertThat(url.target()).isEqualTo("/");
        });
    }
}
