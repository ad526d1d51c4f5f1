package io.backfill.results.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.results.ResultKind;
import io.backfill.results.Segment;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogNamesTest {
    @Test
    void namesShouldBeReadBackAsWhatTheyName() {
        Tail tail = new Tail(12, 10_001, 7, ResultKind.ERROR, 99);
        assertThat(tail.name()).isEqualTo("e000012-s10001-t000007.err");
        assertThat(Tail.ofName(tail.name(), 99)).contains(tail);
        Tail large = new Tail(999_999_999_999_999_999L, 999_999_999, 999_999_999, ResultKind.OUTPUT, 0);
        assertThat(Tail.ofName(large.name(), 0)).contains(large);
        RecordName record = new RecordName(12, 10_001);
        assertThat(RecordName.ofName(record.name())).contains(record);
    }

    @Test
    void noNameShouldBeTwoThings() {
        String tail = new Tail(1, 2, 3, ResultKind.OUTPUT, 0).name();
        String segment = new Segment(1, 2, ResultKind.OUTPUT, 0).name();
        assertThat(Segment.ofName(tail, 0)).isEmpty();
        assertThat(Tail.ofName(segment, 0)).isEmpty();
        for (String other : List.of("", "checkpoint-1.json", "checkpoint-000001-1.json.tmp", tail, segment)) {
            assertThat(RecordName.ofName(other)).as(other).isEmpty();
        }
    }
}
