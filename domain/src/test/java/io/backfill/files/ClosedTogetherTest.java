package io.backfill.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosedTogetherTest {
    private final List<String> closed = new ArrayList<>();

    @Test
    void allShouldBeClosedIfSomeFail() {
        ClosedTogether parts =
                new ClosedTogether(List.<Closeable>of(failing("a"), () -> closed.add("b"), failing("c")));

        assertThatThrownBy(parts::close)
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(closed).containsExactlyInAnyOrder("a", "b", "c");
    }

    private Closeable failing(String name) {
        return () -> {
            closed.add(name);
            throw new IOException(name);
        };
    }
}
