package io.backfill.dispatch.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.testing.SettableTime;
import io.backfill.tls.ClientTls;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One name with several addresses, as that of a headless Service. All addresses belong to this machine. */
@Timeout(30)
class ConnectorTest {
    private final SettableTime time = SettableTime.standing();
    private final List<ServerSocket> pods = new ArrayList<>();
    private int port;

    @BeforeEach
    void start() throws IOException {
        for (int i = 1; i <= 4; i++) {
            ServerSocket pod = new ServerSocket(port, 64, address(i));
            port = pod.getLocalPort();
            pods.add(pod);
        }
    }

    @AfterEach
    void stop() throws IOException {
        for (ServerSocket pod : pods) {
            pod.close();
        }
    }

    @Test
    void connectionsShouldGoToEveryAddress() throws IOException {
        Connector connector = connector();
        for (int i = 0; i < 12; i++) {
            connect(connector);
        }

        for (ServerSocket pod : pods) {
            assertThat(accepted(pod)).as("%s", pod.getInetAddress()).isEqualTo(3);
        }
    }

    @Test
    void anAddressThatFailsShouldBeLeftAloneForAWhile() throws IOException {
        pods.get(1).close();
        List<Integer> tried = new ArrayList<>();
        Addresses addresses = new Addresses("pods", this::lookup, time);
        for (int i = 0; i < 4; i++) {
            tried.add(last(addresses.inOrder().getFirst()));
        }
        assertThat(tried).containsExactlyInAnyOrder(1, 2, 3, 4);

        addresses.failed(address(2));
        Set<Integer> first = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            List<InetAddress> inOrder = addresses.inOrder();
            assertThat(inOrder).hasSize(4);
            assertThat(last(inOrder.getLast())).isEqualTo(2);
            first.add(last(inOrder.getFirst()));
        }
        assertThat(first).containsExactlyInAnyOrder(1, 3, 4);

        time.advance(Addresses.LEFT_ALONE);
        for (int i = 0; i < 4; i++) {
            first.add(last(addresses.inOrder().getFirst()));
        }
        assertThat(first).contains(2);
    }

    @Test
    void aNameShouldConnectWhileOneAddressListens() throws IOException {
        for (int i = 1; i < 4; i++) {
            pods.get(i).close();
        }
        Connector connector = connector();
        for (int i = 0; i < 8; i++) {
            connect(connector);
        }
        assertThat(accepted(pods.getFirst())).isEqualTo(8);

        pods.getFirst().close();
        assertThatThrownBy(() -> connect(connector)).isInstanceOf(ConnectException.class);
    }

    private Connector connector() {
        return new Connector(
                Origin.of(URI.create("http://pods:" + port)),
                ClientTls.systemDefault(),
                this::lookup,
                System::nanoTime);
    }

    private static void connect(Connector connector) throws IOException {
        connector.connect(new OpenCall(), Duration.ofSeconds(5).toNanos()).close();
    }

    private static int accepted(ServerSocket pod) throws IOException {
        pod.setSoTimeout(1);
        int count = 0;
        while (true) {
            try {
                pod.accept().close();
                count++;
            } catch (SocketTimeoutException e) {
                return count;
            }
        }
    }

    private InetAddress[] lookup(String host) throws UnknownHostException {
        return new InetAddress[] {address(1), address(2), address(3), address(4)};
    }

    private static InetAddress address(int last) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    }

    private static int last(InetAddress address) {
        return address.getAddress()[3];
    }
}
