package io.backfill.api.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
    private static ByteRange parse(String header) {
        return ByteRange.parse(Optional.of(header), 100);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1, bytes 0-0/100",
        "bytes=10-19, 10, 10, bytes 10-19/100",
        "bytes=90-, 90, 10, bytes 90-99/100",
        "bytes=90-200, 90, 10, bytes 90-99/100",
        "bytes=-5, 95, 5, bytes 95-99/100",
        "bytes=-500, 0, 100, bytes 0-99/100",
        "bytes=99-99, 99, 1, bytes 99-99/100"
    })
    void rangeShouldBeCutToTheFile(String header, long from, long length, String contentRange) {
        ByteRange range = parse(header);
        assertThat(range).isEqualTo(new ByteRange(from, length, false));
        assertThat(range.satisfiable()).isTrue();
        assertThat(range.contentRange(100)).isEqualTo(contentRange);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999999999-"})
    void rangeBeyondTheFileShouldNotBeSatisfiable(String header) {
        assertThat(parse(header).satisfiable()).isFalse();
        assertThat(parse(header).contentRange(100)).isEqualTo("bytes */100");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=5-4",
                "bytes=-",
                "bytes=a-b",
                "bytes=0-1,3-4",
                "items=0-1",
                "bytes",
                "bytes=0-99999999999999999999"
            })
    void whatIsNoSingleRangeShouldBeIgnored(String header) {
        assertThat(parse(header)).isEqualTo(new ByteRange(0, 100, true));
    }

    @Test
    void requestWithoutRangeShouldGetTheWholeFile() {
        assertThat(ByteRange.parse(Optional.empty(), 100)).isEqualTo(new ByteRange(0, 100, true));
        assertThat(ByteRange.parse(Optional.empty(), 0).satisfiable()).isTrue();
    }
}
