package io.backfill.tenants.auth;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.reload.Fingerprint;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Knows tenants by their API keys, sent as {@code Authorization: Bearer KEY} or {@code api-key: KEY}. The key file holds digests
 * only, one line per key: {@code tenant:<SHA-256 in hex>}, or {@code tenant:sha256:<salt in hex>:<hex>} for the SHA-256 of salt and
 * key. A line that ends with {@code role: operator} is an operator's. A tenant may have several keys; lines beginning with {@code #} do not count. Edits count at the next
 * {@link #reloadIfChanged}; a bad one leaves the keys before it in force.
 */
public final class ApiKeyAuthenticator implements Authenticator {
    private static final String BEARER = "bearer ";

    private final Path file;
    private volatile List<KeyEntry> entries;
    private volatile Fingerprint fingerprint;
    private volatile Optional<String> problem = Optional.empty();

    /** @throws IOException with a message for operators when the file cannot be used */
    public ApiKeyAuthenticator(Path file) throws IOException {
        this.file = file;
        this.fingerprint = Fingerprint.of(List.of(file));
        this.entries = read(file);
    }

    @Override
    public TenantId authenticate(Credentials credentials) {
        return entryOf(credentials).tenant();
    }

    @Override
    public boolean isOperator(Credentials credentials) {
        return entryOf(credentials).operator();
    }

    private KeyEntry entryOf(Credentials credentials) {
        String key = keyOf(credentials)
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.NO_API_KEY,
                        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer"
                                + " auth (i.e. Authorization: Bearer YOUR_KEY)."));
        // all of them are compared, so that the time it takes does not tell how far it came
        @Nullable KeyEntry match = null;
        for (KeyEntry entry : entries) {
            if (entry.matches(key)) {
                match = entry;
            }
        }
        if (match == null) {
            throw new BackfillException(
                    ErrorCode.INVALID_API_KEY,
                    "Incorrect API key provided: " + masked(key)
                            + ". You can get one from the operator of this gateway.");
        }
        return match;
    }

    /** One pass, to be run every few seconds: reads the file again if it changed. True when there are new keys. */
    public synchronized boolean reloadIfChanged() {
        Fingerprint now = Fingerprint.of(List.of(file));
        if (now.equals(fingerprint)) {
            return false;
        }
        fingerprint = now;
        try {
            entries = read(file);
            problem = Optional.empty();
            return true;
        } catch (IOException e) {
            problem = Optional.of(String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** Why the newest edit was not taken; empty when all is well. */
    public Optional<String> problem() {
        return problem;
    }

    private static Optional<String> keyOf(Credentials credentials) {
        return credentials
                .header()
                .apply("Authorization")
                .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(BEARER))
                .map(value -> value.substring(BEARER.length()))
                .or(() -> credentials.header().apply("api-key"))
                .map(String::strip)
                .filter(key -> !key.isEmpty());
    }

    /** Enough of the key to recognise one's own, too little to use it. */
    private static String masked(String key) {
        String visible = key.replaceAll("[^!-~]", "?");
        return visible.length() < 16
                ? "***"
                : visible.substring(0, 5) + "***" + visible.substring(visible.length() - 3);
    }

    private static List<KeyEntry> read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IOException("the API key file " + file + " cannot be read", e);
        }
        if (lines.stream().allMatch(String::isBlank)) {
            // cut off in the middle of an edit, more likely than meant
            throw new IOException("the API key file " + file
                    + " is empty; to accept no key at all, leave a line that begins with # in it");
        }
        List<KeyEntry> entries = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                try {
                    entries.add(KeyEntry.parse(line));
                } catch (IllegalArgumentException e) {
                    throw new IOException("the API key file " + file + ", line " + (i + 1) + ": " + e.getMessage(), e);
                }
            }
        }
        return List.copyOf(entries);
    }
}
