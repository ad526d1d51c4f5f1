package io.backfill.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReleasesTest {
    private final Releases releases = new Releases();
    private final List<String> released = new ArrayList<>();

    @Test
    void whatWasAcquiredLastShouldBeReleasedFirstAndOnce() {
        releases.add(() -> released.add("folder"));
        releases.add(() -> released.add("catalog"));

        releases.run();
        releases.run();

        assertThat(released).containsExactly("catalog", "folder");
    }

    @Test
    void aFailureShouldNotKeepTheOthers() {
        releases.add(() -> released.add("folder"));
        releases.add(() -> {
            throw new IllegalStateException("cannot close");
        });

        releases.run();

        assertThat(released).containsExactly("folder");
    }
}
