package io.backfill.tls;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;

/** A private CA with a server and a client certificate, created with the JDK's keytool, as PEM files in a folder. */
public final class TestCertificates {
    private static final String PASSWORD = "changeit";

    private final Path folder;

    /** @param serverName the name in the server's certificate, such as {@code ip:127.0.0.1} */
    public TestCertificates(Path folder, String serverName) throws Exception {
        this.folder = folder;
        pair("ca", "-ext", "bc:c");
        pair("server", "-signer", "ca", "-ext", "san=" + serverName);
        pair("client", "-signer", "ca");
        pair("rsa", "-signer", "ca", "-keyalg", "RSA");
        KeyStore store = store();
        for (String name : List.of("ca", "server", "client", "rsa")) {
            pem(name + ".pem", "CERTIFICATE", store.getCertificate(name).getEncoded());
            PrivateKey key = privateKey(name);
            pem(name + ".key", "PRIVATE KEY", key.getEncoded());
            pem(name + ".old.key", name.equals("rsa") ? "RSA PRIVATE KEY" : "EC PRIVATE KEY", oldForm(key));
        }
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    PrivateKey privateKey(String name) throws IOException, GeneralSecurityException {
        return (PrivateKey) store().getKey(name, PASSWORD.toCharArray());
    }

    /** Returns a factory of sockets that present the server's certificate. */
    public ServerSocketFactory serverSockets(boolean wantsClientCertificate) throws Exception {
        return new ClientCheckingSockets(serverContext(), wantsClientCertificate);
    }

    /** Returns a context that presents the server's certificate and trusts the CA. */
    public SSLContext serverContext() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", store().getCertificate("ca"));
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "server", store().getKey("server", PASSWORD.toCharArray()), PASSWORD.toCharArray(), new Certificate[] {
                    store().getCertificate("server")
                });
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private KeyStore store() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file("all.p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private void pair(String name, String... more) throws Exception {
        List<String> kind = List.of(more).contains("-keyalg") ? List.of() : List.of("-keyalg", "EC");
        List<String> all = new ArrayList<>(List.of(more));
        all.addAll(kind);
        keytool(all.toArray(String[]::new), "-genkeypair", "-alias", name, "-dname", "CN=" + name, "-validity", "3650");
    }

    private void keytool(String[] more, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        command.addAll(List.of(arguments));
        command.addAll(
                List.of("-keystore", file("all.p12").toString(), "-storepass", PASSWORD, "-storetype", "PKCS12"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(command + ": " + output);
        }
    }

    /** Returns the key as older tools write it: PKCS #1, or SEC 1 with the name of the curve. */
    private static byte[] oldForm(PrivateKey key) throws IOException {
        PrivateKeyInfo pkcs8 = PrivateKeyInfo.getInstance(key.getEncoded());
        return key instanceof ECPrivateKey ec
                ? new org.bouncycastle.asn1.sec.ECPrivateKey(
                                ec.getParams().getOrder().bitLength(),
                                ec.getS(),
                                pkcs8.getPrivateKeyAlgorithm().getParameters())
                        .getEncoded()
                : pkcs8.parsePrivateKey().toASN1Primitive().getEncoded();
    }

    private void pem(String name, String label, byte[] der) throws IOException {
        Files.writeString(
                file(name),
                "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                        + "-----\n");
    }

    /** Requests a certificate from every client, if configured. */
    private static final class ClientCheckingSockets extends ServerSocketFactory {
        private final SSLContext context;
        private final boolean wantsClientCertificate;

        ClientCheckingSockets(SSLContext context, boolean wantsClientCertificate) {
            this.context = context;
            this.wantsClientCertificate = wantsClientCertificate;
        }

        @Override
        public ServerSocket createServerSocket(int port) throws IOException {
            return createServerSocket(port, 50);
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog) throws IOException {
            return createServerSocket(port, backlog, InetAddress.getLoopbackAddress());
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog, InetAddress address) throws IOException {
            SSLServerSocket socket =
                    (SSLServerSocket) context.getServerSocketFactory().createServerSocket(port, backlog, address);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setNeedClientAuth(wantsClientCertificate);
            socket.setSSLParameters(parameters);
            return socket;
        }
    }
}
