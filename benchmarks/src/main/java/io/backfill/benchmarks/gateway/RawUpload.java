package io.backfill.benchmarks.gateway;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** An upload with as little client overhead as a copy, so that the gateway is what is measured. */
public final class RawUpload {
    private static final String BOUNDARY = "backfill-raw-51d0a7";
    private static final String TAIL = "\r\n--" + BOUNDARY + "--\r\n";
    private static final int PIECE = 64 << 10;

    private RawUpload() {}

    /** Sends the file with purpose {@code batch}. Throws {@link IOException} unless it was accepted. */
    public static void send(URI gateway, Path file) throws IOException {
        String head = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--"
                + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"raw.jsonl\"\r\n\r\n";
        long length = head.length() + Files.size(file) + TAIL.length();
        try (Socket socket = new Socket(gateway.getHost(), gateway.getPort());
                InputStream in = new FileInputStream(file.toFile())) {
            OutputStream out = socket.getOutputStream();
            out.write(ascii("POST /v1/files HTTP/1.1\r\nHost: " + gateway.getAuthority() + "\r\nConnection: close\r\n"
                    + "Content-Type: multipart/form-data; boundary=" + BOUNDARY + "\r\nContent-Length: " + length
                    + "\r\n\r\n" + head));
            byte[] piece = new byte[PIECE];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                out.write(piece, 0, read);
            }
            out.write(ascii(TAIL));
            out.flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!answer.startsWith("HTTP/1.1 200")) {
                throw new IOException("the upload was answered " + answer);
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
