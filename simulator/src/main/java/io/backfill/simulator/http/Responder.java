package io.backfill.simulator.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes the answer to one request: whole ({@link #send}), in chunks ({@link #startStream}), or broken on purpose
 * ({@link #reset}, {@link #sendShort}, {@link #hang}). Belongs to one connection and is reused for its next request.
 */
public final class Responder {
    public static final String JSON = "application/json";

    private static final byte[] OK_JSON =
            Bytes.ascii("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ");
    private static final byte[] CRLF = Bytes.ascii("\r\n");
    private static final byte[] LAST_CHUNK = Bytes.ascii("0\r\n\r\n");
    private static final byte[] CONTINUE = Bytes.ascii("HTTP/1.1 100 Continue\r\n\r\n");

    private static final int LOOK_MILLIS = 1;
    private static final int PIECE_BYTES = 64 << 10;

    private final Socket socket;
    private final RequestReader reader;
    private final InputStream in;
    private final OutputStream out;
    private final Bytes wire = new Bytes(4 << 10);
    private final Bytes headers = new Bytes(256);
    private final Bytes body = new Bytes(4 << 10);
    private boolean answered;
    private boolean closing;

    Responder(Socket socket, RequestReader reader, InputStream in, OutputStream out) {
        this.socket = socket;
        this.reader = reader;
        this.in = in;
        this.out = out;
    }

    /** Returns a buffer for the body, which is empty at the start of each request. */
    public Bytes body() {
        return body;
    }

    /** Adds a header to the answer of this request. */
    public void header(String name, String value) {
        headers.text(name).put(':').put(' ').text(value).put(CRLF);
    }

    public void sendJson(int status) throws IOException {
        send(status, JSON, body);
    }

    public void send(int status, String contentType, Bytes content) throws IOException {
        head(status, contentType, content.length());
        wire.put(content.array(), 0, content.length());
        flush();
    }

    /** Announces the whole content, sends half of it, and closes the connection without a reset. */
    public void sendShort(int status, String contentType, Bytes content) throws IOException {
        closing = true;
        head(status, contentType, content.length());
        wire.put(content.array(), 0, content.length() / 2);
        flush();
    }

    /** Announces the whole content, sends none of it, and closes the connection without a reset. */
    public void sendHeadersOnly(int status, String contentType, Bytes content) throws IOException {
        closing = true;
        head(status, contentType, content.length());
        flush();
    }

    /**
     * Sends the content at one byte every {@code ms} milliseconds. Throws {@link IOException} if the client
     * disconnects.
     */
    public void trickle(int status, String contentType, Bytes content, int ms) throws IOException {
        head(status, contentType, content.length());
        flush();
        for (int i = 0; i < content.length(); i++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
            requireClient();
            out.write(content.array(), i, 1);
        }
    }

    /**
     * Sends a JSON object with an additional leading member of {@code bytes} bytes, without holding them in memory.
     */
    public void sendLarge(Bytes object, int bytes) throws IOException {
        byte[] name = Bytes.ascii("{\"padding\":\"");
        byte[] end = Bytes.ascii("\",");
        head(200, JSON, Math.addExact(name.length + bytes + end.length, object.length() - 1));
        wire.put(name);
        flush();
        byte[] piece = new byte[Math.min(bytes, PIECE_BYTES)];
        Arrays.fill(piece, (byte) 'x');
        for (int left = bytes; left > 0; left -= piece.length) {
            out.write(piece, 0, Math.min(left, piece.length));
        }
        wire.put(end).put(object.array(), 1, object.length() - 1);
        flush();
    }

    /** Sends half of the content and resets the connection. */
    public void reset(int status, String contentType, Bytes content) throws IOException {
        sendShort(status, contentType, content);
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Closes the connection without sending a byte of an answer. */
    public void close() {
        answered = true;
        closing = true;
    }

    /**
     * Checks for one millisecond whether the client has closed the connection, and throws {@link IOException} if so.
     */
    public void requireClient() throws IOException {
        socket.setSoTimeout(LOOK_MILLIS);
        try {
            if (reader.endsNow()) {
                throw new IOException("the client has disconnected");
            }
        } catch (SocketTimeoutException stillThere) {
            // The client is still connected.
        } finally {
            socket.setSoTimeout(0);
        }
    }

    /** Sends no answer and waits until the client gives up or the server stops. */
    public void hang() throws IOException {
        close();
        byte[] ignored = new byte[256];
        int read = 0;
        while (read >= 0) {
            read = in.read(ignored);
        }
    }

    /** Starts an answer of unknown length. */
    public void startStream(String contentType) throws IOException {
        answered = true;
        statusLine(200);
        wire.text("Content-Type: ").text(contentType).text("\r\nTransfer-Encoding: chunked\r\n");
        endHead();
        flush();
    }

    /** Sends the content of {@link #body()} as one chunk at once, and clears it. */
    public void sendChunk() throws IOException {
        chunk();
        flush();
    }

    /** Sends the content of {@link #body()} together with the end of the stream. */
    public void endStream() throws IOException {
        chunk();
        wire.put(LAST_CHUNK);
        flush();
    }

    void begin(boolean keepAlive) {
        answered = false;
        closing = !keepAlive;
        headers.clear();
        body.clear();
    }

    boolean answered() {
        return answered;
    }

    boolean closing() {
        return closing;
    }

    void closeAfterwards() {
        closing = true;
    }

    void sendContinue() throws IOException {
        out.write(CONTINUE);
    }

    private void chunk() {
        if (body.length() > 0) {
            wire.text(Integer.toHexString(body.length())).put(CRLF);
            wire.put(body.array(), 0, body.length()).put(CRLF);
            body.clear();
        }
    }

    private void head(int status, String contentType, int length) {
        answered = true;
        if (status == 200 && contentType.equals(JSON)) {
            wire.put(OK_JSON).number(length).put(CRLF);
        } else {
            statusLine(status);
            wire.text("Content-Type: ").text(contentType).text("\r\nContent-Length: ");
            wire.number(length).put(CRLF);
        }
        endHead();
    }

    private void statusLine(int status) {
        wire.text("HTTP/1.1 ").number(status).text(status < 300 ? " OK\r\n" : " Refused\r\n");
    }

    private void endHead() {
        wire.put(headers.array(), 0, headers.length());
        if (closing) {
            wire.text("Connection: close\r\n");
        }
        wire.put(CRLF);
    }

    private void flush() throws IOException {
        out.write(wire.array(), 0, wire.length());
        wire.clear();
    }
}
