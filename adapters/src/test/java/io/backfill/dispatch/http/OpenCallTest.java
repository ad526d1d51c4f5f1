package io.backfill.dispatch.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenCallTest {
    private final List<String> closed = new ArrayList<>();
    private final OpenCall call = new OpenCall();

    @Test
    void endShouldCloseTheSocketInUseOnce() {
        call.uses(() -> closed.add("first"));
        call.uses(() -> closed.add("second"));

        call.end(OpenCall.End.CUT);
        call.end(OpenCall.End.DEADLINE);

        assertThat(closed).containsExactly("second");
        assertThat(call.ended()).contains(OpenCall.End.CUT);
        assertThat(call.letGo()).isFalse();
    }

    @Test
    void endShouldNotTouchASocketThatWasLetGo() {
        call.uses(() -> closed.add("socket"));
        assertThat(call.letGo()).isTrue();

        call.end(OpenCall.End.CUT);

        assertThat(closed).isEmpty();
        assertThat(call.ended()).isEmpty();
    }

    @Test
    void usesShouldSayThatTheCallWasEndedBefore() {
        call.end(OpenCall.End.DEADLINE);

        assertThat(call.uses(() -> closed.add("socket"))).isFalse();
    }
}
