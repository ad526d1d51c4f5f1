package io.backfill.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import nl.altindag.ssl.pem.util.PemUtils;
import org.jspecify.annotations.Nullable;

/**
 * A file in PEM format. The library gets only the blocks that are asked for, because it rejects a file that also has others, such as
 * the {@code EC PARAMETERS} that openssl writes before a key.
 */
final class PemFile {
    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", Pattern.DOTALL);
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ((RSA |EC |ENCRYPTED )?PRIVATE KEY)-----.*?-----END \\1-----", Pattern.DOTALL);
    /** In a block of PKCS #8, and in one of an older form. */
    private static final Pattern ENCRYPTED = Pattern.compile("BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED");

    private final Path path;
    private final String text;

    /** @throws IOException if the file cannot be read, with a message for operators */
    PemFile(Path path) throws IOException {
        this.path = path;
        try {
            // blocks may be indented, as those copied from YAML are
            this.text = Files.readString(path, StandardCharsets.ISO_8859_1)
                    .lines()
                    .map(String::strip)
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new IOException("the file " + path + " cannot be read", e);
        }
    }

    /** Returns all certificates in the order of the file, at least one. */
    List<X509Certificate> certificates() throws IOException {
        String blocks =
                CERTIFICATE.matcher(text).results().map(MatchResult::group).collect(Collectors.joining("\n"));
        if (blocks.isEmpty()) {
            throw new IOException("the file " + path + " contains no certificate in PEM format");
        }
        try {
            return PemUtils.parseCertificate(blocks);
        } catch (RuntimeException e) {
            // not only of the library's own type
            throw new IOException("the file " + path + " contains a certificate that cannot be read", e);
        }
    }

    /**
     * Returns the first private key in the file, which must match {@code certificate}. Supports PKCS #8, PKCS #1 (RSA) and SEC 1 (EC).
     *
     * @param passwordFile used only if the key is encrypted
     */
    PrivateKey privateKey(X509Certificate certificate, Optional<Path> passwordFile) throws IOException {
        PrivateKey key = privateKey(passwordFile);
        try {
            if (fits(key, certificate.getPublicKey())) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            throw doesNotFit(e);
        }
        throw doesNotFit(null);
    }

    private PrivateKey privateKey(Optional<Path> passwordFile) throws IOException {
        String block = KEY.matcher(text)
                .results()
                .findFirst()
                .map(MatchResult::group)
                .orElseThrow(() -> new IOException("the file " + path + " contains no private key (BEGIN PRIVATE KEY,"
                        + " BEGIN RSA PRIVATE KEY, BEGIN EC PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY)"));
        if (!ENCRYPTED.matcher(block).find()) {
            try {
                return PemUtils.parsePrivateKey(block);
            } catch (RuntimeException e) {
                throw new IOException("the private key in " + path + " cannot be read", e);
            }
        }
        Path holder = passwordFile.orElseThrow(() -> new IOException("the private key in " + path
                + " is encrypted; set key-password-file, or decrypt it with: openssl pkcs8 -topk8 -nocrypt"));
        char[] password = password(holder);
        try {
            return PemUtils.parsePrivateKey(block, password);
        } catch (RuntimeException e) {
            throw new IOException(
                    "the private key in " + path + " cannot be decrypted with the password in " + holder, e);
        }
    }

    /** Returns the content of the file without the line break at its end. */
    private static char[] password(Path file) throws IOException {
        String password;
        try {
            password = Files.readString(file).replaceFirst("\\R\\z", "");
        } catch (IOException e) {
            throw new IOException("the key password file " + file + " cannot be read", e);
        }
        if (password.isEmpty()) {
            throw new IOException("the key password file " + file + " is empty");
        }
        return password.toCharArray();
    }

    private IOException doesNotFit(@Nullable Throwable cause) {
        return new IOException("the private key in " + path + " does not match the certificate", cause);
    }

    /** Signs a few bytes with the private key and verifies the signature with the public key. */
    private static boolean fits(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA" -> "EdDSA";
            default -> "";
        };
        if (algorithm.isEmpty()) {
            // an uncommon algorithm: a mismatch will show in the handshake
            return true;
        }
        byte[] something = {1, 2, 3};
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(something);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(something);
        return signature.verify(signed);
    }
}
