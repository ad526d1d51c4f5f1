package io.backfill.it.support;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The input of a batch, line by line. Not thread-safe. */
public final class InputLines {
    public static final String CHAT = "/v1/chat/completions";

    private final List<byte[]> lines = new ArrayList<>();

    /** Returns {@code count} chat requests with the custom ids {@code r-1}, {@code r-2}, …, each with a different text. */
    public static InputLines chat(String model, int count) {
        return new InputLines().andChat(model, "r", count);
    }

    public static InputLines of(String... lines) {
        InputLines all = new InputLines();
        for (String line : lines) {
            all.and(line);
        }
        return all;
    }

    /** Adds chat requests with the custom ids {@code PREFIX-1}, {@code PREFIX-2}, …. */
    public InputLines andChat(String model, String prefix, int count) {
        for (int i = 1; i <= count; i++) {
            and(chatLine(prefix + "-" + i, model, "Question " + prefix + "-" + i + ", please answer."));
        }
        return this;
    }

    /** Adds one line as it is, given without its line feed. */
    public InputLines and(String line) {
        return and(line.getBytes(StandardCharsets.UTF_8));
    }

    public InputLines and(byte[] line) {
        lines.add(line);
        return this;
    }

    public static String chatLine(String customId, String model, String text) {
        return line(customId, CHAT, chatBody(model, text));
    }

    public static String chatBody(String model, String text) {
        return "{\"model\":" + Json.quoted(model) + ",\"messages\":[{\"role\":\"user\",\"content\":" + Json.quoted(text)
                + "}]}";
    }

    /** @param body JSON text, used as it is */
    public static String line(String customId, String url, String body) {
        return "{\"custom_id\":" + Json.quoted(customId) + ",\"method\":\"POST\",\"url\":\"" + url + "\",\"body\":"
                + body + "}";
    }

    public int count() {
        return lines.size();
    }

    /** Returns all lines, each with a line feed. */
    public byte[] bytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] line : lines) {
            all.writeBytes(line);
            all.write('\n');
        }
        return all.toByteArray();
    }
}
