package io.backfill.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpLinkTest {
    private ServerSocket echo;
    private TcpLink link;

    /** Starts a server that echoes every byte. */
    @BeforeEach
    void open() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!echo.isClosed()) {
                try {
                    Socket client = echo.accept();
                    Thread.ofVirtual().start(() -> echo(client));
                } catch (IOException closed) {
                    return;
                }
            }
        });
        link = TcpLink.to(echo.getLocalPort());
    }

    private static void echo(Socket client) {
        try (client) {
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException gone) {
            // the client has disconnected
        }
    }

    @AfterEach
    void close() throws IOException {
        link.close();
        echo.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), link.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hear(Socket socket, int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
    }

    @Test
    void itShouldPassBothWaysAndTheEndToo() throws IOException {
        try (Socket socket = connect()) {
            say(socket, "hello");
            socket.shutdownOutput();

            assertThat(hear(socket, 100)).isEqualTo("hello");
        }
        await().untilAsserted(() -> assertThat(link.connections()).isZero());
    }

    @Test
    void aSlowLinkShouldDelayAnswers() throws IOException {
        link.slow(Duration.ofMillis(150));
        try (Socket socket = connect()) {
            long before = System.nanoTime();
            say(socket, "hello");
            assertThat(hear(socket, 5)).isEqualTo("hello");

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
        }
    }

    @Test
    void aBlackHoleShouldHoldOldAndNewConnectionsUntilItPassesAgain() throws IOException {
        try (Socket before = connect()) {
            say(before, "1");
            assertThat(hear(before, 1)).isEqualTo("1");
            link.blackHole();
            try (Socket within = connect()) {
                say(before, "2");
                say(within, "3");
                before.setSoTimeout(100);
                assertThatThrownBy(() -> hear(before, 1)).isInstanceOf(SocketTimeoutException.class);
                within.setSoTimeout(100);
                assertThatThrownBy(() -> hear(within, 1)).isInstanceOf(SocketTimeoutException.class);

                link.pass();

                before.setSoTimeout(10_000);
                within.setSoTimeout(10_000);
                assertThat(hear(before, 1)).isEqualTo("2");
                assertThat(hear(within, 1)).isEqualTo("3");
            }
        }
    }

    @Test
    void aRefusingLinkShouldKeepOpenConnectionsAndComeBackOnItsPort() throws IOException {
        try (Socket before = connect()) {
            say(before, "1");
            assertThat(hear(before, 1)).isEqualTo("1");
            link.refuse();
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            say(before, "2");
            assertThat(hear(before, 1)).isEqualTo("2");

            link.pass();

            connect().close();
        }
    }

    @Test
    void resetAllShouldBreakOpenConnectionsOnly() throws IOException {
        try (Socket before = connect()) {
            say(before, "1");
            assertThat(hear(before, 1)).isEqualTo("1");
            link.resetAll();
            assertThatThrownBy(() -> hear(before, 1)).isInstanceOf(SocketException.class);
        }
        try (Socket after = connect()) {
            say(after, "2");
            assertThat(hear(after, 1)).isEqualTo("2");
        }
    }

    @Test
    void aCutShouldComeAfterThatManyBytesAndOnce() throws IOException {
        link.cutAfter(7);
        try (Socket first = connect()) {
            say(first, "hello");
            assertThat(hear(first, 5)).isEqualTo("hello");
            say(first, "world");

            // a reset may overtake the two bytes before it
            assertThatThrownBy(() -> hear(first, 5)).isInstanceOf(SocketException.class);
        }
        try (Socket second = connect()) {
            say(second, "hello world");
            assertThat(hear(second, 11)).isEqualTo("hello world");
        }
    }
}
