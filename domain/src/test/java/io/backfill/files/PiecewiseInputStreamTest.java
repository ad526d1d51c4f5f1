package io.backfill.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.testing.SeededRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class PiecewiseInputStreamTest {
    @Test
    void anEmptyPieceShouldEndTheStreamForGood() throws IOException {
        Iterator<byte[]> pieces =
                List.of(new byte[] {1, -1}, new byte[0], new byte[] {9}).iterator();
        PiecewiseInputStream bytes = new PiecewiseInputStream(pieces::next);

        assertThat(bytes.read()).isEqualTo(1);
        assertThat(bytes.read()).isEqualTo(255);
        assertThat(bytes.read()).isEqualTo(-1);
        assertThat(bytes.read()).isEqualTo(-1);
        assertThat(bytes.read(new byte[3], 0, 3)).isEqualTo(-1);
    }

    @Test
    void nothingAskedForShouldTakeNoPiece() throws IOException {
        PiecewiseInputStream bytes = new PiecewiseInputStream(() -> {
            throw new IOException("asked");
        });

        assertThat(bytes.read(new byte[0], 0, 0)).isZero();
        assertThatThrownBy(() -> bytes.read(new byte[1], 0, 1)).hasMessage("asked");
    }

    @RepeatedTest(value = 300, failureThreshold = 1)
    void piecesShouldComeJoined(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        int[] left = {random.nextInt(20)};
        PiecewiseInputStream bytes = new PiecewiseInputStream(() -> {
            byte[] piece = new byte[left[0]-- > 0 ? 1 + random.nextInt(5000) : 0];
            random.nextBytes(piece);
            expected.writeBytes(piece);
            return piece;
        });

        byte[] all = bytes.readAllBytes();

        assertThat(all).isEqualTo(expected.toByteArray());
    }
}
