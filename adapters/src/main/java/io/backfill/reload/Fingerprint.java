package io.backfill.reload;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;

/**
 * A digest of the content of some small files, or of the fact that they cannot be read. Uses the content, because time stamps miss an
 * edit within the same second and a secret mounted through a link changes without a new time stamp.
 */
public record Fingerprint(String digest) {
    /** Reads all {@code files} once. Does not throw if a file cannot be read; that becomes part of the fingerprint. */
    public static Fingerprint of(Collection<Path> files) {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        for (Path file : files) {
            sha256.update(file.toString().getBytes(StandardCharsets.UTF_8));
            try {
                byte[] content = Files.readAllBytes(file);
                sha256.update(("\0" + content.length + "\0").getBytes(StandardCharsets.UTF_8));
                sha256.update(content);
            } catch (IOException e) {
                sha256.update("\0unreadable\0".getBytes(StandardCharsets.UTF_8));
            }
        }
        return new Fingerprint(HexFormat.of().formatHex(sha256.digest()));
    }
}
