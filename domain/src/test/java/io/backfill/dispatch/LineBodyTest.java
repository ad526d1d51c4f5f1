package io.backfill.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.files.BlobReader;
import io.backfill.plan.PlanEntry;
import io.backfill.plan.PrefixChain;
import io.backfill.requests.PromptBytes;
import io.backfill.testing.MemoryFileStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LineBodyTest {
    private final MemoryFileStore store = new MemoryFileStore();

    @Test
    void aLoadedBodyShouldBeTheBytesOfTheInput() throws IOException {
        String body = "{\"messages\":[]}";
        LineBody lineBody = lineBody("{\"custom_id\":\"a\",\"body\":", body);

        RequestBody.Loaded loaded = lineBody.load();

        assertThat(new String(loaded.buffer(), loaded.start(), loaded.length(), StandardCharsets.UTF_8))
                .isEqualTo(body);
        assertThat(lineBody.loadedBytes()).isEqualTo(loaded.buffer().length);
        store.put("files/in", "");
        assertThat(lineBody.customId()).asString(StandardCharsets.UTF_8).isEqualTo("\"a\"");
    }

    /** The bytes between id and body are not needed, and may be megabytes. */
    @Test
    void aWideGapBetweenIdAndBodyShouldNotBeRead() throws IOException {
        String body = "{\"messages\":[]}";
        LineBody lineBody = lineBody("{\"custom_id\":\"a\",\"x\":\"" + "y".repeat(10_000) + "\",\"body\":", body);

        assertThat(lineBody.loadedBytes()).isEqualTo(body.length());
        assertThat(lineBody.load().buffer()).asString(StandardCharsets.UTF_8).isEqualTo(body);
        assertThat(lineBody.customId()).asString(StandardCharsets.UTF_8).isEqualTo("\"a\"");
    }

    @Test
    void thePrefixOfALongPromptShouldBeItsFirstBlocksAndFewBytes() throws IOException {
        String body = "{\"model\":\"m\",\"messages\":[\"" + "abcdefg".repeat(40_000) + "\"]}";
        LineBody lineBody = lineBody("{\"custom_id\":\"a\",\"body\":", body);
        assertThat(lineBody.prefix()).isEmpty();

        lineBody.readPrefix();

        long[] whole = chain(body);
        assertThat(lineBody.prefix()).hasSizeBetween(250, 256);
        assertThat(lineBody.prefix()).isEqualTo(Arrays.copyOf(whole, lineBody.prefix().length));
    }

    @Test
    void thePrefixOfAShortPromptShouldBeAllOfIt() throws IOException {
        String body = "{\"tools\":[" + "1,".repeat(300) + "1],\"messages\":[\"" + "z".repeat(700) + "\"]}";
        LineBody lineBody = lineBody("{\"custom_id\":\"a\",\"body\":", body);

        lineBody.readPrefix();

        assertThat(lineBody.prefix()).isEqualTo(chain(body)).hasSizeGreaterThan(4);
    }

    @Test
    void thePrefixOfAPromptShorterThanABlockShouldBeReadOnce() throws IOException {
        byte[] body = "{\"messages\":[\"short\"]}".getBytes(StandardCharsets.UTF_8);
        List<Integer> reads = new ArrayList<>();
        BlobReader input = new BlobReader() {
            @Override
            public long size() {
                return body.length;
            }

            @Override
            public void readFully(long position, byte[] into, int offset, int length) {
                reads.add(length);
                System.arraycopy(body, (int) position, into, offset, length);
            }

            @Override
            public InputStream stream(long position, long length) {
                throw new AssertionError("the prefix is not read as a stream");
            }

            @Override
            public void close() {}
        };
        LineBody lineBody = new LineBody(input, new PlanEntry(0, 1, 0, 13, 3, 0, body.length, 10, 10, 10));

        lineBody.readPrefix();
        lineBody.readPrefix();

        assertThat(lineBody.prefix()).isEmpty();
        assertThat(reads).containsExactly(body.length);
    }

    private static long[] chain(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        LongStream.Builder blocks = LongStream.builder();
        new PrefixChain().hash(bytes, 0, PromptBytes.ofBody(bytes, 0, bytes.length), blocks);
        return blocks.build().toArray();
    }

    /** Returns the body of a line whose first field is a custom_id of one letter. */
    private LineBody lineBody(String before, String body) throws IOException {
        store.put("files/in", before + body + "}\n");
        return new LineBody(
                store.open("files/in"), new PlanEntry(0, 1, 0, 13, 3, before.length(), body.length(), 10, 10, 10));
    }
}
