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
 * Identifies tenants by their API keys, sent as {@code Authorization: Bearer KEY} or {@code api-key: KEY}. The key file contains only
 * digests, one line per key: {@code tenant:<SHA-256 in hex>}, or {@code tenant:sha256:<salt in hex>:<hex>} for the SHA-256 of salt and
 * key. A line that ends with {@code role: operator} is the key of an operator. A tenant may have several keys. Lines beginning with
 * {@code #} are ignored. Edits take effect at the next {@link #reloadIfChanged}; after an invalid edit the previous keys stay in
 * effect.
 */
public final class ApiKeyAuthenticator implements Authenticator {
    private static final String BEARER = "bearer ";

    private final Path file;
    private volatile List<KeyEntry> entries;
    private volatile Fingerprint fingerprint;
    private volatile Optional<String> problem = Optional.empty();

    /** @throws IOException if the file cannot be used, with a message for operators */
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
        // compares with all entries, so that the time taken does not reveal the position of a match
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

    /** Reloads the file if it has changed, and returns true if new keys are in effect. To be called every few seconds. */
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

    /** Returns why the latest edit was rejected, or empty if there is no problem. */
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

    /** Masks a key so that its owner can recognize it but others cannot use it. */
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
            // more likely truncated in the middle of an edit than intended
            throw new IOException(
                    "the API key file " + file + " is empty; to accept no key at all, keep a line that begins with #");
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
