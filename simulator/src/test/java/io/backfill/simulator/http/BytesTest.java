package io.backfill.simulator.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class BytesTest {
    @Test
    void jsonStringShouldBeReadBackUnchanged() throws Exception {
        StringBuilder text = new StringBuilder("quote \" backslash \\ slash / é € 漢 😀 ");
        for (char c = 0; c < 0x100; c++) {
            text.append(c);
        }
        Bytes bytes = new Bytes(1).jsonString(text.toString());

        assertThat(new ObjectMapper().readValue(bytes.toByteArray(), String.class))
                .isEqualTo(text.toString());
    }

    @Test
    void unpairedSurrogatesShouldBecomeTheReplacementCharacter() {
        assertThat(utf8(new Bytes(1).text("a\ud83d"))).isEqualTo("a\ufffd");
        assertThat(utf8(new Bytes(1).text("\ude00b"))).isEqualTo("\ufffdb");
    }

    @Test
    void numbersAndHexShouldBeWrittenInFull() {
        assertThat(utf8(new Bytes(1)
                        .number(0)
                        .put(' ')
                        .number(Long.MAX_VALUE)
                        .put(' ')
                        .number(-7)))
                .isEqualTo("0 9223372036854775807 -7");
        assertThat(utf8(new Bytes(1).hex(new byte[] {0, (byte) 0xff, 0x1a}, 1, 2)))
                .isEqualTo("ff1a");
    }

    private static String utf8(Bytes bytes) {
        return new String(bytes.toByteArray(), UTF_8);
    }
}
