package io.backfill.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.requests.Line;
import io.backfill.requests.PromptBytes;
import io.backfill.testing.SeededRandom;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The naive tree is the oracle. */
class PrefixOrderTest {
    private final PrefixKeys keys = new PrefixKeys();
    private final NaivePrefixTree tree = new NaivePrefixTree();
    private int lines;

    @RepeatedTest(value = 500, failureThreshold = 1)
    void orderShouldBeTheDepthFirstWalkOfTheTree(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        addAll(random, new RandomPrompts(random).list(random.nextInt(120)));

        assertThat(order()).isEqualTo(tree.depthFirst());
    }

    @RepeatedTest(value = 200, failureThreshold = 1)
    void sharedBlocksShouldBeThoseOfTheTree(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        addAll(random, new RandomPrompts(random).list(random.nextInt(2, 30)));
        for (int one = 0; one < lines; one++) {
            for (int other = 0; other < lines; other++) {
                Set<String> shared = new HashSet<>(tree.blocks(one));
                shared.retainAll(tree.blocks(other));
                assertThat(keys.shared(one, other)).isEqualTo(shared.size());
            }
        }
    }

    /** In depth-first order, an LRU cache with room for two of the longest prompts computes every node of the tree once. */
    @RepeatedTest(value = 200, failureThreshold = 1)
    void aSmallCacheShouldReachTheBound(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        addAll(random, new RandomPrompts(random).list(random.nextInt(1, 200)));
        int saved = 0;
        List<Integer> order = order();
        for (int i = 1; i < lines; i++) {
            saved += keys.shared(order.get(i - 1), order.get(i));
        }

        assertThat(tree.allBlocks() - saved).isEqualTo(tree.uniqueBlocks());
        assertThat(misses(order, 2 * tree.depth())).isEqualTo(tree.uniqueBlocks());
    }

    @Test
    void theSameCacheShouldMissTheBoundInTheOrderOfAShuffledFile() {
        Random random = new Random(1);
        List<byte[]> prompts = documents(random, 30, 10);
        Collections.shuffle(prompts, random);
        prompts.forEach(prompt -> add("", prompt, random));

        List<Integer> asInTheFile = IntStream.range(0, lines).boxed().toList();
        assertThat(misses(order(), 2 * tree.depth())).isEqualTo(tree.uniqueBlocks());
        assertThat(misses(asInTheFile, 2 * tree.depth())).isGreaterThan(3 * tree.uniqueBlocks());
    }

    @Test
    void aGroupedFileShouldKeepItsOrder() {
        documents(new Random(1), 40, 7).forEach(prompt -> add("", prompt, new Random(1)));

        assertThat(order()).isSorted();
    }

    @Test
    void aFileThatSharesNothingShouldKeepItsOrder() {
        List<byte[]> prompts = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            prompts.add(text(new Random(i), 600));
        }
        addAll(new Random(1), prompts);

        assertThat(order()).isSorted();
    }

    @Test
    void promptsShorterThanABlockShouldStandTogetherWhenTheyAreTheSame() {
        for (String prompt : List.of("two", "one", "three", "one", "two", "")) {
            add("", prompt.getBytes(StandardCharsets.UTF_8), new Random(1));
        }

        assertThat(order()).containsExactly(0, 4, 1, 3, 2, 5);
    }

    @Test
    void otherSaltsShouldShareNothing() {
        byte[] prompt = text(new Random(1), 1000);
        for (String salt : List.of("", "\"a\"", "\"b\"", "\"a\"", "")) {
            add(salt, prompt, new Random(1));
        }

        assertThat(order()).containsExactly(0, 4, 1, 3, 2);
        assertThat(keys.shared(0, 1)).isZero();
        assertThat(keys.shared(1, 3)).isEqualTo(3);
    }

    /** Conversations, each one turn shorter than the one before, make the deepest possible tree. */
    @Test
    void aDeepTreeShouldBeWalkedWithoutRecursion() {
        byte[] conversation = text(new Random(1), 300_000);
        for (int turns = 300; turns > 0; turns--) {
            add("", Arrays.copyOf(conversation, turns * 300), new Random(1));
        }

        assertThat(order()).isSorted().isEqualTo(tree.depthFirst());
    }

    /** Each prompt differs from the others in only one byte. */
    @Test
    void everyByteShouldCount() {
        int bytes = 700;
        for (int i = 0; i < bytes; i++) {
            byte[] prompt = new byte[bytes];
            prompt[i] = 1;
            add("", prompt, new Random(i));
        }
        for (int i = 0; i < 256; i++) {
            add("\"" + (char) ('!' + i) + "\"", new byte[bytes], new Random(i));
        }
        Set<Long> hashes = new HashSet<>();
        for (int line = 0; line < lines; line++) {
            hashes.add(keys.hash(line, keys.blocks(line)));
        }

        assertThat(hashes).hasSize(lines);
        assertThat(order()).isEqualTo(tree.depthFirst());
    }

    @Test
    void hashesShouldNotDependOnWhereTheBytesLie() {
        byte[] prompt = text(new Random(1), 3000);
        for (int i = 0; i < 100; i++) {
            add("", prompt, new Random(i));
        }
        for (int line = 1; line < lines; line++) {
            assertThat(keys.sharedSteps(0, line)).isEqualTo(12);
        }
    }

    private static List<byte[]> documents(Random random, int documents, int questions) {
        List<byte[]> prompts = new ArrayList<>();
        for (int d = 0; d < documents; d++) {
            byte[] document = text(random, 4000);
            for (int q = 0; q < questions; q++) {
                ByteArrayOutputStream prompt = new ByteArrayOutputStream();
                prompt.writeBytes(document);
                prompt.writeBytes(text(random, 300));
                prompts.add(prompt.toByteArray());
            }
        }
        return prompts;
    }

    private static byte[] text(Random random, int length) {
        byte[] text = new byte[length];
        random.nextBytes(text);
        return text;
    }

    private void addAll(Random random, List<byte[]> prompts) {
        for (byte[] prompt : prompts) {
            add(random.nextInt(6) == 0 && lines % 2 == 0 ? "\"salt\"" : "", prompt, random);
        }
    }

    /** Adds a prompt whose parts are anywhere in the line, in any order, with other bytes between them. */
    private void add(String salt, byte[] prompt, Random random) {
        int first = random.nextInt(prompt.length + 1);
        int second = random.nextInt(first, prompt.length + 1);
        byte[][] parts = {
            Arrays.copyOfRange(prompt, 0, first),
            Arrays.copyOfRange(prompt, first, second),
            Arrays.copyOfRange(prompt, second, prompt.length),
            salt.getBytes(StandardCharsets.UTF_8)
        };
        List<Integer> places = new ArrayList<>(List.of(0, 1, 2, 3));
        Collections.shuffle(places, random);
        int base = random.nextInt(20);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        line.writeBytes(text(random, base));
        int[] starts = new int[4];
        for (int part : places) {
            line.writeBytes(text(random, random.nextInt(20)));
            starts[part] = line.size() - base;
            line.writeBytes(parts[part]);
        }
        byte[] bytes = line.toByteArray();
        keys.add(
                new Line(lines + 1, 0, bytes, base, bytes.length - base, false, false),
                new PromptBytes(
                        starts[3],
                        parts[3].length,
                        starts[0],
                        parts[0].length,
                        starts[1],
                        parts[1].length,
                        starts[2],
                        parts[2].length,
                        -1));
        tree.add(salt, prompt);
        lines++;
    }

    private List<Integer> order() {
        return Arrays.stream(PrefixOrder.of(keys, lines)).boxed().toList();
    }

    /** Returns the number of blocks computed by an LRU cache that evicts the last blocks of a prompt first, as engines do. */
    private int misses(List<Integer> order, int capacity) {
        Map<String, Boolean> cache = new LinkedHashMap<>(16, 0.75f, true);
        int misses = 0;
        for (int line : order) {
            List<String> blocks = tree.blocks(line);
            boolean hit = true;
            for (String block : blocks) {
                hit = hit && cache.containsKey(block);
                misses += hit ? 0 : 1;
            }
            for (String block : blocks.reversed()) {
                cache.put(block, true);
            }
            while (cache.size() > capacity) {
                cache.remove(cache.keySet().iterator().next());
            }
        }
        return misses;
    }
}
