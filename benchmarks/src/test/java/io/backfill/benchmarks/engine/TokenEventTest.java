package io.backfill.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenEventTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":null}]}",
                "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"a\"}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"length\"}]}",
                "{\"choices\":[{\"delta\":{\"reasoning_content\":\"a\"}}]}"
            })
    void aPartOfTheAnswerShouldCount(String data) {
        assertThat(TokenEvent.isToken(data)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " [DONE]",
                "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}",
                "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}",
                "{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"length\"}]}",
                "{\"choices\":[],\"usage\":{\"prompt_tokens\":3}}"
            })
    void roleEndAndUsageShouldNotCount(String data) {
        assertThat(TokenEvent.isToken(data)).isFalse();
    }
}
