package io.backfill.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A file in PEM form: blocks of Base64 between BEGIN and END lines; anything around them does not count. */
final class PemFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    /** One block, decoded. */
    private record Block(String label, byte[] der) {}

    private final Path path;
    private final List<Block> blocks = new ArrayList<>();

    /** @throws IOException with a message for operators when it cannot be read or has no block */
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

    /** All certificates in it, at least one, in their order. */
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
            throw new IOException("the file " + path + " holds a certificate that cannot be read", e);
        }
        if (certificates.isEmpty()) {
            throw new IOException("the file " + path + " holds no certificate in PEM form");
        }
        return certificates;
    }

    /** The private key in it, of the kind ({@code RSA}, {@code EC}, …) its certificate is of. */
    PrivateKey privateKey(String algorithm) throws IOException {
        for (Block block : blocks) {
            if (block.label.equals("PRIVATE KEY")) {
                try {
                    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(block.der));
                } catch (GeneralSecurityException e) {
                    throw new IOException("the private key in " + path + " does not fit its certificate", e);
                }
            }
        }
        throw new IOException("the file " + path + " holds no private key in PKCS #8 form (BEGIN PRIVATE KEY); "
                + "convert it with: openssl pkcs8 -topk8 -nocrypt");
    }
}
