package io.backfill.tls;

import io.backfill.models.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import nl.altindag.ssl.exception.GenericException;
import nl.altindag.ssl.util.KeyManagerUtils;
import nl.altindag.ssl.util.TrustManagerUtils;

/** Creates the TLS context for calls to a model from its PEM files. */
public final class ClientTls {
    private ClientTls() {}

    /**
     * Returns a context that trusts only the CAs in the CA file, or those of the platform if there is none. It presents the client
     * certificate if there is one. The files are read by each call.
     *
     * @throws IOException if a file cannot be used, with a message for operators
     */
    public static SSLContext context(Model.Tls files) throws IOException {
        if (files.files().isEmpty()) {
            return systemDefault();
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    files.certFile().isPresent()
                            ? keyManagers(
                                    files.certFile().get(), files.keyFile().orElseThrow(), files.keyPasswordFile())
                            : null,
                    files.caFile().isPresent() ? trustManagers(files.caFile().get()) : null,
                    null);
            return context;
        } catch (GeneralSecurityException | GenericException e) {
            throw new IOException("the TLS files of the model cannot be used together", e);
        }
    }

    /** Returns a context that trusts the CAs of the platform. */
    public static SSLContext systemDefault() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform has no TLS", e);
        }
    }

    private static TrustManager[] trustManagers(Path caFile) throws IOException {
        return new TrustManager[] {TrustManagerUtils.createTrustManager(new PemFile(caFile).certificates())};
    }

    private static KeyManager[] keyManagers(Path certFile, Path keyFile, Optional<Path> passwordFile)
            throws IOException {
        List<X509Certificate> chain = new PemFile(certFile).certificates();
        PrivateKey key = new PemFile(keyFile).privateKey(chain.getFirst(), passwordFile);
        return new KeyManager[] {KeyManagerUtils.createKeyManager(key, chain.toArray(X509Certificate[]::new))};
    }
}
