package io.backfill.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
    private static final String HEX = "690a1b2c3d4e5f60718293a4b5c6d7e8";

    @Test
    void parseShouldTakeWhatToStringGave() {
        assertThat(BatchId.parse("batch_" + HEX)).contains(new BatchId("batch_" + HEX));
        assertThat(FileId.parse("file-" + HEX)).contains(new FileId("file-" + HEX));
        assertThat(UploadId.parse("upload_" + HEX)).contains(new UploadId("upload_" + HEX));
        assertThat(PartId.parse("part_" + HEX)).contains(new PartId("part_" + HEX));
        assertThat(new BatchId("batch_" + HEX)).hasToString("batch_" + HEX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "batch_",
                "file-690a1b2c3d4e5f60718293a4b5c6d7e8",
                "batch_690A1b2c3d4e5f60718293a4b5c6d7e8",
                "batch_690a1b2c3d4e5f60718293a4b5c6d7e",
                "batch_690a1b2c3d4e5f60718293a4b5c6d7e8f",
                "batch_690a1b2c3d4e5f60718293a4b5c6d7e8\n",
                " batch_690a1b2c3d4e5f60718293a4b5c6d7e8",
                "BATCH_690a1b2c3d4e5f60718293a4b5c6d7e8",
                "batch_../../../../../../etc/passwd_____",
                "batch_６90a1b2c3d4e5f60718293a4b5c6d7e8"
            })
    void parseShouldRefuseWhatWasNeverABatchId(String text) {
        assertThat(BatchId.parse(text)).isEmpty();
        assertThatThrownBy(() -> new BatchId(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void createdAtShouldNotFailForAnIdThatWeNeverMade() {
        assertThat(new FileId("file-ffffffffffffffffffffffffffffffff").createdAt())
                .hasToString("2106-02-07T06:28:15.999Z");
    }

    @RepeatedTest(value = 300, failureThreshold = 1)
    void lineAtShouldReadBackEveryLineNumber(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        int ofAnyLength = random.nextInt(Integer.MAX_VALUE) >>> random.nextInt(31);

        checkLineAt(1 + ofAnyLength, random.nextInt(21));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 65_535, 65_536, Integer.MAX_VALUE - 1, Integer.MAX_VALUE})
    void lineAtShouldReadBackLineNumbersAtTheEdges(int line) {
        checkLineAt(line, 0);
        checkLineAt(line, 20);
    }

    private static void checkLineAt(int line, int before) {
        String id = LineId.of(SeededIds.batch(3), line);
        byte[] bytes = ("x".repeat(before) + id + "\",").getBytes(StandardCharsets.US_ASCII);

        assertThat(id).hasSize(LineId.LENGTH).matches("batch_req_[0-9a-f]{32}");
        assertThat(LineId.lineAt(bytes, before)).as("behind %s bytes", before).isEqualTo(line);
    }

    @Test
    void lineAtShouldSayNoWhereNoLineIdStands() {
        byte[] bytes = LineId.of(SeededIds.batch(3), 9).getBytes(StandardCharsets.US_ASCII);

        assertThat(LineId.lineAt(bytes, 1)).isEqualTo(-1);
        assertThat(LineId.lineAt(new byte[200], 0)).isEqualTo(-1);
        bytes[12] = 'G';
        assertThat(LineId.lineAt(bytes, 0)).isEqualTo(-1);
    }

    @Test
    void lineIdsShouldBeginWithTheBatchAndEndWithTheLine() {
        assertThat(LineId.of(new BatchId("batch_" + HEX), 255)).isEqualTo("batch_req_690a1b2c3d4e5f60718293a4000000ff");
    }
}
