package io.backfill.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParseException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonObjectTest {
    @Test
    void membersShouldHaveTheirTypes() throws IOException {
        JsonObject json =
                read("{\"t\":\"é\",\"i\":7,\"l\":4294967296,\"b\":true,\"o\":{\"y\":1,\"x\":2},\"a\":[1,4294967296]}");

        assertThat(json.get("t", String.class)).isEqualTo("é");
        assertThat(json.get("i", Integer.class)).isEqualTo(7);
        assertThat(json.get("i", Long.class)).isEqualTo(7);
        assertThat(json.get("l", Long.class)).isEqualTo(1L << 32);
        assertThat(json.optional("b", Boolean.class)).contains(true);
        assertThat(json.optional("c", Boolean.class)).isEmpty();
        assertThat(json.get("o", JsonObject.class).all(Integer.class).toString())
                .isEqualTo("{y=1, x=2}");
        assertThat(json.list("a", Long.class)).containsExactly(1L, 1L << 32);
        assertThat(json.list("none", Long.class)).isEmpty();
        assertThat(read("[{\"n\":1},{\"n\":2}]").list("", JsonObject.class)).hasSize(2);
    }

    @Test
    void whatNothingReadsShouldBeIgnored() throws IOException {
        String ignored = "\"d\":1.5,\"n\":null,\"big\":123456789012345678901234567890,\"m\":[1,\"a\",[],{}]";

        assertThat(read("{" + ignored + ",\"i\":1,\"i\":2}").get("i", Integer.class))
                .isEqualTo(2);
    }

    @Test
    void aMissingOrWrongMemberShouldBeNamed() throws IOException {
        JsonObject json =
                read("{\"l\":4294967296,\"n\":null,\"big\":123456789012345678901234567890,\"o\":{},\"a\":[1,\"a\"]}");

        assertThatThrownBy(() -> json.get("x", String.class))
                .isInstanceOf(JsonParseException.class)
                .hasMessage("the text has no 'x'");
        assertThatThrownBy(() -> json.get("o", JsonObject.class).get("x", String.class))
                .hasMessage("the text's 'o' has no 'x'");
        for (String name : new String[] {"l", "n", "big", "o", "a"}) {
            assertThatThrownBy(() -> json.optional(name, Integer.class))
                    .isInstanceOf(JsonParseException.class)
                    .hasMessage("the text has an invalid '" + name + "'");
        }
        assertThatThrownBy(() -> json.list("a", Integer.class)).hasMessage("the text has an invalid 'a'");
        assertThatThrownBy(() -> json.list("l", Integer.class)).hasMessage("the text has an invalid 'l'");
    }

    @Test
    void whatIsNoCompleteDocumentShouldBeRefused() {
        for (String text : new String[] {"", " ", "{", "[", "{\"a\":[1", "{\"a\":1", "nul", "[".repeat(2000)}) {
            assertThatThrownBy(() -> read(text)).as(text).isInstanceOf(IOException.class);
        }
    }

    private static JsonObject read(String text) throws IOException {
        return JsonObject.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "the text");
    }
}
