package io.backfill.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.models.Model;
import io.backfill.models.yaml.YamlModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientTlsTest {
    @TempDir
    static Path folder;

    private static TestCertificates certificates;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new TestCertificates(folder, "ip:127.0.0.1");
    }

    private static Model.Tls client(String certFile, String keyFile) {
        return client(certFile, keyFile, Optional.empty());
    }

    private static Model.Tls client(String certFile, String keyFile, Optional<Path> passwordFile) {
        return new Model.Tls(
                Optional.empty(),
                Optional.of(certificates.file(certFile)),
                Optional.of(certificates.file(keyFile)),
                passwordFile);
    }

    private static Model.Tls ca(Path file) {
        return Model.Tls.trusting(Optional.of(file));
    }

    private static Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    @Test
    void contextShouldTakeSeveralCasAndTextAroundThem() throws Exception {
        String pem = Files.readString(certificates.file("ca.pem"));
        Path both = write("both.pem", "first\n" + pem + "second\n" + pem);

        assertThat(ClientTls.context(ca(both))).isNotNull();
        assertThat(ClientTls.context(ca(write("indented.pem", pem.indent(4))))).isNotNull();
    }

    @Test
    void contextShouldSayWhichFileIsWrongAndHow() throws Exception {
        String key = Files.readString(certificates.file("client.key"));
        write("damaged.key", key.substring(0, 60) + "=!\n-----END PRIVATE KEY-----\n");
        Path none = write("none.pem", "nothing");
        Path broken = write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        assertThatThrownBy(() -> ClientTls.context(ca(none))).hasMessageContaining("none.pem contains no certificate");
        assertThatThrownBy(() -> ClientTls.context(ca(broken)))
                .hasMessageContaining("broken.pem contains a certificate");
        assertThatThrownBy(() -> ClientTls.context(ca(folder.resolve("missing"))))
                .hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> ClientTls.context(client("client.pem", "damaged.key")))
                .hasMessageContaining("damaged.key");
        assertThatThrownBy(() -> ClientTls.context(client("client.key", "client.key")))
                .hasMessageContaining("client.key contains no certificate");
        assertThatThrownBy(() -> ClientTls.context(client("client.pem", "client.pem")))
                .hasMessageContaining("client.pem contains no private key");
    }

    /** Writes the keys with the password "geheim 1", as {@code openssl pkcs8} and {@code openssl rsa} do. */
    private static void writeEncryptedKeys() throws Exception {
        char[] password = "geheim 1".toCharArray();
        Provider provider = new BouncyCastleProvider();
        try (JcaPEMWriter pem = new JcaPEMWriter(Files.newBufferedWriter(folder.resolve("client.locked.key")))) {
            pem.writeObject(new JcaPKCS8Generator(
                    certificates.privateKey("client"),
                    new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                            .setProvider(provider)
                            .setPassword(password)
                            .build()));
        }
        try (JcaPEMWriter pem = new JcaPEMWriter(Files.newBufferedWriter(folder.resolve("rsa.locked.key")))) {
            pem.writeObject(
                    certificates.privateKey("rsa"),
                    new JcePEMEncryptorBuilder("AES-256-CBC")
                            .setProvider(provider)
                            .build(password));
        }
    }

    @Test
    void encryptedKeysShouldNeedTheirPassword() throws Exception {
        writeEncryptedKeys();
        Path right = write("right.txt", "geheim 1\n");
        Path wrong = write("wrong.txt", "falsch");
        Path empty = write("empty.txt", "\n");

        for (String name : List.of("client", "rsa")) {
            String certFile = name + ".pem";
            String keyFile = name + ".locked.key";
            assertThat(ClientTls.context(client(certFile, keyFile, Optional.of(right))))
                    .isNotNull();
            assertThatThrownBy(() -> ClientTls.context(client(certFile, keyFile)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(keyFile + " is encrypted")
                    .hasMessageContaining("key-password-file")
                    .hasMessageContaining("openssl pkcs8");
            assertThatThrownBy(() -> ClientTls.context(client(certFile, keyFile, Optional.of(wrong))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(keyFile + " cannot be decrypted")
                    .hasMessageContaining("wrong.txt")
                    .hasMessageNotContaining("falsch");
            assertThatThrownBy(() -> ClientTls.context(client(certFile, keyFile, Optional.of(empty))))
                    .hasMessageContaining("empty.txt is empty");
        }
        assertThatThrownBy(() -> ClientTls.context(client("server.pem", "client.locked.key", Optional.of(right))))
                .hasMessageContaining("client.locked.key does not match");
        assertThatThrownBy(() -> ClientTls.context(
                        client("client.pem", "client.locked.key", Optional.of(Path.of("missing.txt")))))
                .hasMessageContaining("missing.txt cannot be read");
    }

    @Test
    void chainShouldBeTakenWholeAndInItsOrder() throws Exception {
        String leaf = Files.readString(certificates.file("client.pem"));
        String ca = Files.readString(certificates.file("ca.pem"));
        write("chain.pem", leaf + ca);
        write("reversed.pem", ca + leaf);

        assertThat(ClientTls.context(client("chain.pem", "client.key"))).isNotNull();
        assertThatThrownBy(() -> ClientTls.context(client("reversed.pem", "client.key")))
                .hasMessageContaining("client.key does not match");
    }

    @Test
    void keysShouldBeTakenInTheFormsThatToolsWrite() throws Exception {
        assertThat(ClientTls.context(client("rsa.pem", "rsa.key"))).isNotNull();
        assertThat(ClientTls.context(client("rsa.pem", "rsa.old.key"))).isNotNull();
        assertThat(ClientTls.context(client("client.pem", "client.old.key"))).isNotNull();
        Path beside = write(
                "beside.key",
                "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                        + Files.readString(certificates.file("client.old.key")));
        assertThat(ClientTls.context(client("client.pem", beside.getFileName().toString())))
                .isNotNull();
        assertThatThrownBy(() -> ClientTls.context(client("client.pem", "server.old.key")))
                .hasMessageContaining("server.old.key");
        assertThatThrownBy(() -> ClientTls.context(client("client.pem", "rsa.old.key")))
                .hasMessageContaining("rsa.old.key");
    }

    @Test
    void contextShouldRefuseAKeyOfAnotherCertificate() {
        assertThatThrownBy(() -> ClientTls.context(client("client.pem", "server.key")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("server.key");
    }

    @Test
    void modelsFileShouldNameTlsFilesRelativeToItself() throws Exception {
        Path file = write(
                "models.yaml",
                "models: { m: { replicas: [ 'https://a' ], "
                        + "tls: { ca-file: ca.pem, cert-file: client.pem, key-file: client.key,"
                        + " key-password-file: password.txt } } }\n");
        YamlModelDirectory directory = new YamlModelDirectory(file);

        assertThat(directory.problem()).isEmpty();
        assertThat(directory.find("m").orElseThrow().tls())
                .contains(new Model.Tls(
                        Optional.of(certificates.file("ca.pem")),
                        Optional.of(certificates.file("client.pem")),
                        Optional.of(certificates.file("client.key")),
                        Optional.of(certificates.file("password.txt"))));
    }
}
