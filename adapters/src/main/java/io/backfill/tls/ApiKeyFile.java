package io.backfill.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file whose only content is a bearer key. White space around it does not count. */
public final class ApiKeyFile {
    private ApiKeyFile() {}

    /**
     * Reads the key.
     *
     * @throws IOException with a message for operators, which never shows the content
     */
    public static String read(Path file) throws IOException {
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IOException("the API key file " + file + " cannot be read", e);
        }
        String key = new String(content, StandardCharsets.ISO_8859_1).strip();
        if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IOException("the API key file " + file + " must hold one key of visible ASCII characters");
        }
        return key;
    }
}
