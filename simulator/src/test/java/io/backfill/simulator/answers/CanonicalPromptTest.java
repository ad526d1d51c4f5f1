package io.backfill.simulator.answers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.simulator.engine.BatchingEngine;
import io.backfill.simulator.engine.EngineParameters;
import io.backfill.simulator.engine.EngineRequest;
import io.backfill.simulator.engine.Generation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests which parts of two bodies an engine treats as equal. */
class CanonicalPromptTest {
    private static final String TEXT = "sixteen letters.".repeat(8);

    private static Prompt prompt(String body) throws Exception {
        return prompts(body).getFirst();
    }

    private static List<Prompt> prompts(String body) throws Exception {
        byte[] bytes = body.getBytes(UTF_8);
        return BodyReader.read(bytes, 0, bytes.length, 16).prompts();
    }

    /** Returns the number of tokens of the second body that are cached in an engine that has processed the first one. */
    private static int shared(String first, String second) throws Exception {
        try (BatchingEngine engine = new BatchingEngine(EngineParameters.H100_8B, 1000)) {
            int cached = 0;
            for (String body : new String[] {first, second}) {
                Prompt prompt = prompt(body);
                EngineRequest.Sequence sequence = new EngineRequest.Sequence(prompt.blocks(), prompt.tokens(), 1);
                try (Generation generation = engine.start(new EngineRequest("m", List.of(sequence), 0))) {
                    generation.awaitTokens(1, Long.MAX_VALUE);
                    cached = generation.cachedTokens();
                }
            }
            return cached;
        }
    }

    @Test
    void tokensShouldBeFourBytesOfRolesAndTexts() throws Exception {
        Prompt prompt = prompt("{\"messages\":[{\"role\":\"system\",\"content\":\"0123456789\"},"
                + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"äöü\"}]}]}");

        // 6 + 10 + 4 + 6 bytes
        assertThat(prompt.tokens()).isEqualTo(7);
        assertThat(prompt.blocks().count()).isZero();
    }

    @Test
    void onlyFullBlocksShouldBeHashed() throws Exception {
        assertThat(prompt("{\"prompt\":\"" + TEXT + "\"}").blocks().count()).isEqualTo(2);
        assertThat(prompt("{\"prompt\":\"" + TEXT.substring(1) + "\"}").blocks().count())
                .isEqualTo(1);
    }

    @Test
    void partsShouldBeTheSameAsOneText() throws Exception {
        String whole = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + TEXT + TEXT + "\"}]}";
        String parts = "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"" + TEXT
                + "\"},{\"text\":\"" + TEXT + "\"}]}]}";

        assertThat(shared(whole, parts)).isEqualTo(64);
    }

    @Test
    void toolsShouldStandBeforeTheConversationWhereverTheyAreInTheBody() throws Exception {
        String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"" + TEXT + "\"}]";
        String tools = "\"tools\":[{\"type\":\"function\", \"function\":{\"name\":\"look_up\",\"parameters\":{\"a\":[1,"
                + "true, null]}}}]";
        String otherTools = tools.replace("look_up", "look_in");

        assertThat(shared("{" + tools + "," + messages + "}", "{" + messages + "," + tools.replace(" ", "") + "}"))
                .isEqualTo(48);
        assertThat(shared("{" + tools + "," + messages + "}", "{" + messages + "," + otherTools + "}"))
                .isZero();
    }

    @Test
    void saltsShouldKeepPromptsApart() throws Exception {
        String plain = "{\"prompt\":\"" + TEXT + "!\"}";
        String salted = "{\"prompt\":\"" + TEXT + "!\",\"cache_salt\":\"tenant\"}";

        assertThat(shared(plain, plain)).isEqualTo(32);
        assertThat(shared(salted, salted)).isEqualTo(32);
        assertThat(shared(plain, salted)).isZero();
    }

    @Test
    void everyInputShouldBeAPromptOfItsOwn() throws Exception {
        List<Prompt> prompts = prompts("{\"input\":[\"" + TEXT + "\",\"short\"]}");

        assertThat(prompts).extracting(Prompt::tokens).containsExactly(32, 2);
        assertThat(prompts("{\"prompt\":[[1,2,3],[4]]}"))
                .extracting(Prompt::tokens)
                .containsExactly(3, 1);
        assertThat(prompts("{\"prompt\":[1,2,3]}")).extracting(Prompt::tokens).containsExactly(3);
    }

    @Test
    void nothingShouldBeCollectedWithoutAnEngineThatAsks() throws Exception {
        byte[] body = ("{\"tools\":[{}],\"prompt\":\"" + TEXT + "\",\"cache_salt\":\"x\"}").getBytes(UTF_8);

        assertThat(BodyReader.read(body, 0, body.length, 0)
                        .prompts()
                        .getFirst()
                        .blocks()
                        .count())
                .isZero();
    }
}
