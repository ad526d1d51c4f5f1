package io.backfill.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.models.Model;
import io.backfill.models.yaml.YamlModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
        return new Model.Tls(
                Optional.empty(), Optional.of(certificates.file(certFile)), Optional.of(certificates.file(keyFile)));
    }

    private static Model.Tls ca(Path file) {
        return new Model.Tls(Optional.of(file), Optional.empty(), Optional.empty());
    }

    private static Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    @Test
    void contextShouldTakeSeveralCasAndTextAroundThem() throws Exception {
        String pem = Files.readString(certificates.file("ca.pem"));
        Path both = write("both.pem", "first\n" + pem + "second\n" + pem);

        assertThat(ClientTls.context(ca(both))).isNotNull();
    }

    @Test
    void contextShouldSayWhichFileIsWrongAndHow() throws Exception {
        String key = Files.readString(certificates.file("client.key"));
        write("locked.key", key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
        write("damaged.key", key.substring(0, 60) + "=!\n-----END PRIVATE KEY-----\n");
        Path none = write("none.pem", "nothing");
        Path broken = write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        assertThatThrownBy(() -> ClientTls.context(ca(none))).hasMessageContaining("none.pem contains no certificate");
        assertThatThrownBy(() -> ClientTls.context(ca(broken)))
                .hasMessageContaining("broken.pem contains a certificate");
        assertThatThrownBy(() -> ClientTls.context(ca(folder.resolve("missing"))))
                .hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> ClientTls.context(client("client.pem", "locked.key")))
                .hasMessageContaining("locked.key")
                .hasMessageContaining("openssl pkcs8");
        assertThatThrownBy(() -> ClientTls.context(client("client.pem", "damaged.key")))
                .hasMessageContaining("damaged.key");
        assertThatThrownBy(() -> ClientTls.context(client("client.key", "client.key")))
                .hasMessageContaining("client.key contains no certificate");
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
                        + "tls: { ca-file: ca.pem, cert-file: client.pem, key-file: client.key } } }\n");
        YamlModelDirectory directory = new YamlModelDirectory(file);

        assertThat(directory.problem()).isEmpty();
        assertThat(directory.find("m").orElseThrow().tls())
                .contains(new Model.Tls(
                        Optional.of(certificates.file("ca.pem")),
                        Optional.of(certificates.file("client.pem")),
                        Optional.of(certificates.file("client.key"))));
    }
}
