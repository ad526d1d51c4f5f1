package io.backfill.zstd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The test files were made by {@code zstd} 1.5 at the levels in their names, the streamed one without its size in the header. */
class ZstdInputStreamTest {
    @ParameterizedTest
    @CsvSource({
        "text-19, 48766, 30b3720a16b3014cee796d8193cb9878e0944e0baa6266e26432603834546acf",
        "numbers-3, 37485, c37d42b36ecc734a3ec93502212f49e83edb20db97145a8ae2bab893248c5e14",
        "numbers-19, 37485, c37d42b36ecc734a3ec93502212f49e83edb20db97145a8ae2bab893248c5e14",
        "repeated-19, 220440, 89ff9f909a2f941caf6ba1011fe0e1f7a8b88f5b05d4a37fbd22d7950135db0a",
        "repeated-streamed-3, 220440, 89ff9f909a2f941caf6ba1011fe0e1f7a8b88f5b05d4a37fbd22d7950135db0a",
        "one-letter-3, 700000, 09f143a886696ba31189656dffc5d4cd14effc15ad33d00066ebe5d70b3649ff",
        "empty-3, 0, e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "random-3, 5000, d46fa69589a72b39ee86b5d639faead54b83372ccb41f5acd6ed093dfc449a23"
    })
    void filesOfTheReferenceProgramShouldBeDecompressed(String name, int size, String sha256) throws Exception {
        byte[] bytes = decompressed(file(name));

        assertThat(bytes).hasSize(size);
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
                .isEqualTo(sha256);
    }

    @Test
    void framesInARowShouldBeOneStreamAndSkippableOnesNothing() throws IOException {
        byte[] text = file("text-19");
        byte[] skippable = {0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3};
        byte[] all = Arrays.copyOf(text, 2 * text.length + skippable.length);
        System.arraycopy(skippable, 0, all, text.length, skippable.length);
        System.arraycopy(text, 0, all, text.length + skippable.length, text.length);

        byte[] once = decompressed(text);
        byte[] twice = decompressed(all);

        assertThat(twice).hasSize(2 * once.length).startsWith(once).endsWith(once);
    }

    @Test
    void bytesThatAreCutOffShouldBeSaidToEndTooSoon() throws IOException {
        byte[] whole = file("numbers-3");
        for (int length : new int[] {1, 5, 9, 100, whole.length - 5, whole.length - 1}) {
            assertThatThrownBy(() -> decompressed(Arrays.copyOf(whole, length))).isInstanceOf(EOFException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text-19", "numbers-3", "repeated-19", "one-letter-3", "empty-3", "random-3"})
    void aChecksumThatDoesNotMatchShouldBeRefused(String name) throws IOException {
        byte[] bytes = file(name);
        for (int i = 1; i <= 4; i++) {
            byte[] tampered = bytes.clone();
            tampered[bytes.length - i] ^= 1;
            assertThatThrownBy(() -> decompressed(tampered))
                    .isInstanceOf(ZipException.class)
                    .hasMessage("the checksum of a frame does not match");
        }
    }

    @Test
    void aFrameWithoutAChecksumShouldBeDecompressed() throws IOException {
        assertThat(decompressed(HexFormat.of().parseHex("28b52ffd00585900006e6f20636865636b73756d")))
                .asString()
                .isEqualTo("no checksum");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text-19", "numbers-3", "numbers-19", "repeated-19", "repeated-streamed-3", "one-letter-3"})
    void bytesThatWereTamperedWithShouldGiveAnIoExceptionOrOtherBytes(String name) throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 100; i++) {
            byte[] bytes = file(name);
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                decompressed(bytes);
            } catch (IOException e) {
                assertThat(e).isInstanceOfAny(ZipException.class, EOFException.class);
            }
        }
    }

    @Test
    void aWindowOfMoreThanEightMebibytesShouldBeRefused() {
        byte[] large = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, (byte) (14 << 3), 1, 0, 0};

        assertThatThrownBy(() -> decompressed(large))
                .isInstanceOf(ZipException.class)
                .hasMessage("a frame needs a window of 16777216 bytes; compress with one of at most 8388608,"
                        + " or not at all");
    }

    @Test
    void aHeaderWithAReservedBitShouldNotBeTakenForALargeWindow() {
        byte[] reserved = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 8, 0, 1, 0, 0};

        assertThatThrownBy(() -> decompressed(reserved)).hasMessage("a frame header is invalid");
    }

    private static byte[] decompressed(byte[] bytes) throws IOException {
        try (InputStream in = new ZstdInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        }
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = ZstdInputStreamTest.class.getResourceAsStream("/zstd/" + name + ".zst")) {
            return in.readAllBytes();
        }
    }
}
