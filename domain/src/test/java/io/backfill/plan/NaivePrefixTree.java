package io.backfill.plan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A slow, simple prefix tree: an object per node, whole blocks of 256 bytes as edge labels, and the remainder of a prompt as its
 * last edge. Lines are added in the order of the file, so children are in the order of their first lines. The oracle for
 * {@link PrefixOrder} and for the bound.
 */
final class NaivePrefixTree {
    private static final int BLOCK = 256;

    private final Node root = new Node();
    private final List<List<String>> paths = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();
    private int nodes;

    /** Adds the prompt of the next line. */
    void add(String salt, byte[] prompt) {
        List<String> path = pathOf(salt, prompt);
        Node node = root;
        for (int i = 0; i < path.size(); i++) {
            if (i < path.size() - 1 && !node.children.containsKey(path.get(i))) {
                nodes++;
            }
            node = node.children.computeIfAbsent(path.get(i), edge -> new Node());
        }
        node.lines.add(paths.size());
        paths.add(path);
        lengths.add(prompt.length);
    }

    private static List<String> pathOf(String salt, byte[] prompt) {
        List<String> path = new ArrayList<>();
        int at = 0;
        for (; prompt.length - at >= BLOCK; at += BLOCK) {
            path.add(new String(prompt, at, BLOCK, StandardCharsets.ISO_8859_1));
        }
        path.add("rest:" + new String(prompt, at, prompt.length - at, StandardCharsets.ISO_8859_1));
        path.set(0, salt + "|" + path.getFirst());
        return path;
    }

    List<Integer> depthFirst() {
        List<Integer> order = new ArrayList<>();
        root.walk(order);
        return order;
    }

    /** Returns the names of the nodes on a line's path, for whole blocks only. */
    List<String> blocks(int line) {
        List<String> names = new ArrayList<>();
        String name = "";
        for (String edge : paths.get(line).subList(0, paths.get(line).size() - 1)) {
            name += "/" + edge;
            names.add(name);
        }
        return names;
    }

    /** Returns the number of blocks of the longest prompt. */
    int depth() {
        return paths.stream().mapToInt(List::size).max().orElse(1) - 1;
    }

    int allBlocks() {
        return paths.stream().mapToInt(List::size).sum() - paths.size();
    }

    /** Returns the number of blocks that must be computed even with an unlimited cache. */
    int uniqueBlocks() {
        return nodes;
    }

    int promptTokens(int line) {
        return Math.max(1, Math.ceilDiv(lengths.get(line), 4));
    }

    /** Returns the tokens of a line that the previously sent line does not share; {@code before} is -1 for the first line. */
    int freshTokens(int before, int line) {
        int shared = 0;
        if (before >= 0) {
            List<String> one = blocks(before);
            List<String> other = blocks(line);
            while (shared < Math.min(one.size(), other.size())
                    && one.get(shared).equals(other.get(shared))) {
                shared++;
            }
        }
        return Math.max(1, promptTokens(line) - 64 * shared);
    }

    private static final class Node {
        final Map<String, Node> children = new LinkedHashMap<>();
        final List<Integer> lines = new ArrayList<>();

        void walk(List<Integer> order) {
            order.addAll(lines);
            children.values().forEach(child -> child.walk(order));
        }
    }
}
