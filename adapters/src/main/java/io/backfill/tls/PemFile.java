package io.backfill.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A file in PEM format: blocks of Base64 between BEGIN and END lines. Any other text is ignored. */
final class PemFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private static final String PKCS8 = "PRIVATE KEY";
    private static final Set<String> KEY_LABELS = Set.of(PKCS8, "RSA PRIVATE KEY", "EC PRIVATE KEY");

    /** A decoded block. */
    private record Block(String label, byte[] der) {}

    private final Path path;
    private final List<Block> blocks = new ArrayList<>();

    /** @throws IOException if the file cannot be read or a block is not valid Base64, with a message for operators */
    PemFile(Path path) throws IOException {
        this.path = path;
        String text;
        try {
            text = new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IOException("the file " + path + " cannot be read", e);
        }
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new IOException("the file " + path + " is damaged: a block is not valid Base64", e);
            }
        }
    }

    /** Returns all certificates in the order of the file, at least one. */
    List<X509Certificate> certificates() throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks) {
                if (block.label.equals("CERTIFICATE")) {
                    certificates.add(
                            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der)));
                }
            }
        } catch (CertificateException e) {
            throw new IOException("the file " + path + " contains a certificate that cannot be read", e);
        }
        if (certificates.isEmpty()) {
            throw new IOException("the file " + path + " contains no certificate in PEM format");
        }
        return certificates;
    }

    /**
     * Returns the first private key in the file, which must match {@code certificate}. Supports PKCS #8, PKCS #1 (RSA) and SEC 1 (EC)
     * without a password.
     */
    PrivateKey privateKey(X509Certificate certificate) throws IOException {
        PublicKey publicKey = certificate.getPublicKey();
        for (Block block : blocks) {
            if (KEY_LABELS.contains(block.label)) {
                try {
                    byte[] encoded =
                            block.label.equals(PKCS8) ? block.der : Pkcs8.wrap(block.der, publicKey.getEncoded());
                    PrivateKey key = KeyFactory.getInstance(publicKey.getAlgorithm())
                            .generatePrivate(new PKCS8EncodedKeySpec(encoded));
                    if (fits(key, publicKey)) {
                        return key;
                    }
                } catch (GeneralSecurityException | IllegalArgumentException e) {
                    throw doesNotFit(e);
                }
                throw doesNotFit(null);
            }
        }
        throw new IOException(
                "the file " + path + " contains no private key without a password (BEGIN PRIVATE KEY, BEGIN RSA"
                        + " PRIVATE KEY or BEGIN EC PRIVATE KEY); convert it with: openssl pkcs8 -topk8 -nocrypt");
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
