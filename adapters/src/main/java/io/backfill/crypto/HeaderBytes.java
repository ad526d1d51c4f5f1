package io.backfill.crypto;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The binary form of headers: for each name and each value, a length of four bytes followed by UTF-8. */
final class HeaderBytes {
    private HeaderBytes() {}

    static byte[] write(Map<String, String> headers) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        headers.forEach((name, value) -> {
            write(bytes, name);
            write(bytes, value);
        });
        return bytes.toByteArray();
    }

    private static void write(ByteArrayOutputStream bytes, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(ByteBuffer.allocate(4).putInt(utf8.length).array());
        bytes.writeBytes(utf8);
    }

    /** Reads the output of {@link #write}. Does not validate it, because the bytes have been authenticated. */
    static Map<String, String> read(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        Map<String, String> headers = new LinkedHashMap<>();
        while (buffer.hasRemaining()) {
            String name = readText(buffer);
            headers.put(name, readText(buffer));
        }
        return Collections.unmodifiableMap(headers);
    }

    private static String readText(ByteBuffer buffer) {
        byte[] utf8 = new byte[buffer.getInt()];
        buffer.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
