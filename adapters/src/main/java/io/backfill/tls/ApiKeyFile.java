package io.backfill.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that contains only a bearer key. Surrounding white space is ignored. */
public final class ApiKeyFile {
    private ApiKeyFile() {}

    /**
     * Reads the key.
     *
     * @throws IOException if the file cannot be used, with a message for operators that never contains the content
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
            throw new IOException("the API key file " + file + " must contain one key of visible ASCII characters");
        }
        return key;
    }
}
