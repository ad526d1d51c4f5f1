package io.backfill.tls;

import io.backfill.models.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Creates the TLS context for calls to a model from its PEM files. */
public final class ClientTls {
    private ClientTls() {}

    /**
     * Returns a context that trusts only the CAs in the CA file, or those of the platform if there is none. It presents the client
     * certificate if there is one.
     *
     * @throws IOException if a file cannot be used, with a message for operators
     */
    public static SSLContext context(Model.Tls files) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    files.certFile().isPresent()
                            ? keyManagers(
                                    files.certFile().get(), files.keyFile().orElseThrow())
                            : null,
                    files.caFile().isPresent() ? trustManagers(files.caFile().get()) : null,
                    null);
            return context;
        } catch (GeneralSecurityException e) {
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

    private static TrustManager[] trustManagers(Path caFile) throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        int number = 0;
        for (X509Certificate certificate : new PemFile(caFile).certificates()) {
            store.setCertificateEntry("ca-" + number++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager[] keyManagers(Path certFile, Path keyFile) throws IOException, GeneralSecurityException {
        List<X509Certificate> chain = new PemFile(certFile).certificates();
        PrivateKey key = new PemFile(keyFile).privateKey(chain.getFirst());
        KeyStore store = emptyStore();
        // the key store exists only in memory
        char[] password = new char[0];
        store.setKeyEntry("client", key, password, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        char @Nullable [] none = null;
        store.load(null, none);
        return store;
    }
}
