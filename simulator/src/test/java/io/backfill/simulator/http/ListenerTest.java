package io.backfill.simulator.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the listener with raw sockets: what HTTP clients may send, and input that must not be trusted. */
class ListenerTest {
    private Listener listener;

    @BeforeEach
    void startAnEcho() throws IOException {
        listener = new Listener("127.0.0.1", 0, ListenerTest::echo).start();
    }

    @AfterEach
    void stop() throws IOException {
        listener.close();
    }

    @Test
    void pipelinedRequestsShouldBeAnsweredInOrder() throws Exception {
        String answer = talk("POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\none" + "GET /b?x=1 HTTP/1.1\r\n\r\n"
                + "POST /c HTTP/1.1\r\ncontent-length:5\r\nConnection: close\r\n\r\nthree");

        assertThat(answer).containsSubsequence("POST /a one", "GET /b ", "POST /c three");
    }

    @Test
    void chunkedBodiesShouldBePutTogether() throws Exception {
        String big = "x".repeat(40_000);
        String answer = talk("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;note=1\r\nfour\r\n"
                + Integer.toHexString(big.length()) + "\r\n" + big + "\r\n0\r\nTrailer: dropped\r\n\r\n"
                + "GET /next HTTP/1.1\r\nConnection: close\r\n\r\n");

        assertThat(answer).contains("POST /a four" + big).contains("GET /next ");
    }

    @Test
    void bodiesLargerThanTheBufferShouldArriveWhole() throws Exception {
        String big = "abcdefgh".repeat(20_000);
        String answer = talk("POST /a HTTP/1.1\r\nContent-Length: " + big.length() + "\r\n\r\n" + big
                + "GET /next HTTP/1.1\r\nConnection: close\r\n\r\n");

        assertThat(answer).contains("POST /a " + big).contains("GET /next ");
    }

    @Test
    void aRequestInSingleBytesShouldBeUnderstood() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", listener.port())) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            for (byte b : "POST /a HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi".getBytes(ISO_8859_1)) {
                out.write(b);
                out.flush();
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                    .endsWith("POST /a hi");
        }
    }

    @Test
    void expectShouldBeAnsweredBeforeTheBodyComes() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", listener.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(bytes(
                    "POST /a HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"));
            assertThat(new String(socket.getInputStream().readNBytes(25), ISO_8859_1))
                    .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            out.write(bytes("ok"));
            assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                    .endsWith("POST /a ok");
        }
    }

    @Test
    void whatIsNoRequestShouldBeRefusedAndTheConnectionEnded() throws Exception {
        assertThat(talk("hello\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(talk("GET / HTTP/1.1\r\nno colon\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(talk("POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(talk("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
        for (String size : List.of("7fffffff", "80000000", "ffffffff")) {
            assertThat(talk("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + size + "\r\n"))
                    .startsWith("HTTP/1.1 413");
        }
        assertThat(talk("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n")).startsWith("HTTP/1.1 501");
        assertThat(talk("GET / HTTP/1.1\r\nX: " + "y".repeat(70_000))).startsWith("HTTP/1.1 431");
    }

    @Test
    void olderClientsShouldGetTheConnectionClosed() throws Exception {
        assertThat(talk("GET /old HTTP/1.0\r\n\r\n"))
                .contains("Connection: close")
                .endsWith("GET /old ");
    }

    private static void echo(HttpRequest request, Responder responder) throws IOException {
        responder.body().text(request.method() + " " + request.path() + " ");
        responder.body().put(request.body(), request.bodyOffset(), request.bodyLength());
        responder.send(200, "text/plain", responder.body());
    }

    /** Sends the whole text at once, and returns everything that is received until the server closes the connection. */
    private String talk(String text) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", listener.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes(text));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
