package io.backfill.crypto;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of a key file: one line {@code id:base64 of 32 bytes} per key, the current key first, then earlier keys. Empty lines and
 * lines beginning with {@code #} are ignored.
 */
record SealKeys(List<Entry> entries) {
    static final int KEY_BYTES = 32;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** A key and its id. */
    record Entry(String id, SecretKey key) {
        @Override
        public String toString() {
            return id;
        }
    }

    static SealKeys read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new IOException("the key file " + file + " cannot be read", e);
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Entry entry = parse(line).orElseThrow(wrong(file, i + 1, "expected id:base64 of " + KEY_BYTES + " bytes"));
            if (entries.stream().anyMatch(other -> other.id.equals(entry.id))) {
                throw wrong(file, i + 1, "the key id '" + entry.id + "' is used twice")
                        .get();
            }
            entries.add(entry);
        }
        if (entries.isEmpty()) {
            throw new IOException("the key file " + file + " contains no key");
        }
        return new SealKeys(List.copyOf(entries));
    }

    Entry current() {
        return entries.getFirst();
    }

    Optional<Entry> find(String id) {
        return entries.stream().filter(entry -> entry.id.equals(id)).findFirst();
    }

    private static Optional<Entry> parse(String line) {
        int colon = line.indexOf(':');
        if (colon < 0 || !ID.matcher(line.substring(0, colon)).matches()) {
            return Optional.empty();
        }
        try {
            byte[] key = Base64.getDecoder().decode(line.substring(colon + 1).strip());
            return key.length == KEY_BYTES
                    ? Optional.of(new Entry(line.substring(0, colon), new SecretKeySpec(key, "AES")))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The message never quotes the line, because it contains a key. */
    private static Supplier<IOException> wrong(Path file, int line, String what) {
        return () -> new IOException("the key file " + file + ", line " + line + ": " + what);
    }
}
