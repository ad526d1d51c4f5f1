package io.backfill.benchmarks.bare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class RequestBodiesTest {
    @Test
    void theBodyShouldBeTakenAsItIs() throws Exception {
        assertThat(RequestBodies.bodyOf("{\"custom_id\":\"a\",\"body\":{\"model\":\"m\",\"x\":{\"y\":1}}}"))
                .isEqualTo("{\"model\":\"m\",\"x\":{\"y\":1}}");
    }

    @Test
    void aLineWithoutBodyShouldBeRefused() {
        assertThatThrownBy(() -> RequestBodies.bodyOf("{\"custom_id\":\"a\"}")).isInstanceOf(IOException.class);
    }
}
