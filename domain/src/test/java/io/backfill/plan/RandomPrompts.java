package io.backfill.plan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Prompts with common prefixes. Each prompt is a walk through a tree of texts whose lengths are unrelated to block boundaries. */
final class RandomPrompts {
    private final Random random;
    private final int width;
    private final int longest;
    private final Map<String, String> texts = new HashMap<>();

    RandomPrompts(Random random) {
        this.random = random;
        this.width = random.nextInt(1, 5);
        this.longest = random.nextInt(1, 700);
    }

    List<byte[]> list(int count) {
        List<byte[]> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            prompts.add(
                    !prompts.isEmpty() && random.nextInt(8) == 0
                            ? prompts.get(random.nextInt(prompts.size()))
                            : next());
        }
        return prompts;
    }

    private byte[] next() {
        StringBuilder prompt = new StringBuilder();
        String path = "";
        for (int level = random.nextInt(6); level > 0; level--) {
            path += "." + random.nextInt(width);
            prompt.append(texts.computeIfAbsent(path, node -> text(random.nextInt(longest))));
        }
        return prompt.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private String text(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            // few distinct letters, so that most blocks differ in only a few positions
            text.append(random.nextInt(50) == 0 ? (char) random.nextInt(256) : 'a');
        }
        return text.toString();
    }
}
