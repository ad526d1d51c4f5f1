package io.backfill.api.multipart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilenameTest {
    @ParameterizedTest
    @CsvSource({
        "a.jsonl, a.jsonl",
        "/etc/passwd, passwd",
        "../../x, x",
        "C:\\a\\b.jsonl, b.jsonl",
        "a/b\\c, c",
        ".., upload",
        "., upload",
        "a/.., upload",
        "a/, upload",
        "'', upload",
        "' ', upload",
        ".hidden, .hidden",
        "übung \"x\" 测试.jsonl, übung \"x\" 测试.jsonl",
        "🙂.jsonl, 🙂.jsonl"
    })
    void nameShouldBeTheLastElement(String sent, String cleaned) {
        assertThat(Filename.clean(sent)).isEqualTo(cleaned);
    }

    @Test
    void controlCharactersAndBrokenPairsShouldBeReplaced() {
        assertThat(Filename.clean("a\r\nb\u0000c\u007fd\u0085e")).isEqualTo("a__b_c_d_e");
        assertThat(Filename.clean("a\ud83d.jsonl")).isEqualTo("a_.jsonl");
    }

    @Test
    void namelessFileShouldGetAName() {
        assertThat(Filename.clean(Optional.empty())).isEqualTo("upload");
    }

    @Test
    void longNameShouldKeepItsEnding() {
        String cleaned = Filename.clean("🙂".repeat(300) + ".jsonl");
        assertThat(cleaned.codePointCount(0, cleaned.length())).isEqualTo(255);
        assertThat(cleaned).endsWith("🙂.jsonl");
        assertThat(Filename.clean("x".repeat(255))).hasSize(255);
    }
}
