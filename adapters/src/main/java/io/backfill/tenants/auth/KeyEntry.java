package io.backfill.tenants.auth;

import io.backfill.tenants.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One line of the key file: a tenant, and the SHA-256 of a possibly empty salt and one of the tenant's keys. */
final class KeyEntry {
    private static final int DIGEST_BYTES = 32;
    private static final Pattern ROLE = Pattern.compile("\\s+role:\\s*operator$");

    private final TenantId tenant;
    private final byte[] salt;
    private final byte[] digest;
    private final boolean operator;

    private KeyEntry(TenantId tenant, byte[] salt, byte[] digest, boolean operator) {
        this.tenant = tenant;
        this.salt = salt;
        this.digest = digest;
        this.operator = operator;
    }

    /**
     * Parses {@code tenant:hex} or {@code tenant:sha256:salt:hex}, followed by {@code role: operator} for the key of an operator.
     *
     * @throws IllegalArgumentException if the line is invalid, with the expected format and without the content of the line
     */
    static KeyEntry parse(String line) {
        Matcher role = ROLE.matcher(line);
        boolean operator = role.find();
        String[] parts = (operator ? line.substring(0, role.start()) : line).split(":", -1);
        boolean salted = parts.length == 4 && parts[1].equals("sha256");
        if (parts.length != 2 && !salted) {
            throw expected();
        }
        TenantId tenant = new TenantId(parts[0].strip());
        try {
            byte[] salt = salted ? HexFormat.of().parseHex(parts[2].strip()) : new byte[0];
            byte[] digest = HexFormat.of().parseHex(parts[parts.length - 1].strip());
            if (digest.length != DIGEST_BYTES || salted && salt.length == 0) {
                throw expected();
            }
            return new KeyEntry(tenant, salt, digest, operator);
        } catch (IllegalArgumentException e) {
            throw expected();
        }
    }

    private static IllegalArgumentException expected() {
        return new IllegalArgumentException(
                "expected tenant:<SHA-256 of the key in hex> or tenant:sha256:<salt in hex>:<hex>, followed by"
                        + " ' role: operator' for an operator");
    }

    boolean operator() {
        return operator;
    }

    TenantId tenant() {
        return tenant;
    }

    /** Compares in constant time for keys of the same length. */
    boolean matches(String key) {
        return MessageDigest.isEqual(digest, digestOf(key));
    }

    private byte[] digestOf(String key) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(salt);
            return sha256.digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
