package io.backfill.decompression;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class GzipMembersTest {
    @Test
    void theOptionalFieldsOfAHeaderShouldBeSkipped() throws IOException {
        byte[] plain = gzip("text");
        String fields = "1f8b081e" + "000000000003" // extra, name, comment and checksum of the header
                + "0500" + "0102030400" + hex("name\0") + hex("a comment\0") + "abcd";
        ByteArrayOutputStream full = new ByteArrayOutputStream();
        full.writeBytes(HexFormat.of().parseHex(fields));
        full.write(plain, 10, plain.length - 10);

        assertThat(text(full.toByteArray())).isEqualTo("text");
    }

    @Test
    void dataThatArrivesByteByByteShouldBeReadToItsEnd() throws IOException {
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        two.writeBytes(gzip("first, "));
        two.writeBytes(gzip("second"));
        InputStream dribble = new ByteArrayInputStream(two.toByteArray()) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(1, length));
            }

            @Override
            public synchronized int available() {
                return 0;
            }
        };
        try (InputStream in = new GzipMembers(dribble)) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("first, second");
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String text(byte[] compressed) throws IOException {
        try (InputStream in = new GzipMembers(new ByteArrayInputStream(compressed))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return compressed.toByteArray();
    }
}
