package io.backfill.offload;

import java.util.ArrayList;
import java.util.List;

/** Formats and parses ascending whole numbers the way Kubernetes writes them: {@code 0-41,43}. An empty string is an empty list. */
public final class IndexRanges {
    /** More numbers than any Job has. A text with more is rejected before memory is allocated for it. */
    private static final int MOST = 100_000;

    private IndexRanges() {}

    /** @throws IllegalArgumentException if the numbers are not ascending or one is negative */
    public static String format(List<Integer> numbers) {
        StringBuilder text = new StringBuilder();
        int i = 0;
        while (i < numbers.size()) {
            int first = numbers.get(i);
            if (first < 0 || i > 0 && first <= numbers.get(i - 1)) {
                throw new IllegalArgumentException("numbers must ascend from 0, not " + numbers);
            }
            int last = first;
            while (i + 1 < numbers.size() && numbers.get(i + 1) == last + 1) {
                last++;
                i++;
            }
            i++;
            text.append(text.isEmpty() ? "" : ",").append(first);
            if (last > first) {
                text.append('-').append(last);
            }
        }
        return text.toString();
    }

    /** @throws IllegalArgumentException if the text is malformed or has more than 100,000 numbers */
    public static List<Integer> parse(String text) {
        List<Integer> numbers = new ArrayList<>();
        if (text.isEmpty()) {
            return List.of();
        }
        int before = -1;
        for (String range : text.split(",", -1)) {
            int dash = range.indexOf('-');
            int first = number(dash < 0 ? range : range.substring(0, dash), text);
            int last = dash < 0 ? first : number(range.substring(dash + 1), text);
            if (first <= before || last < first || numbers.size() + (last - first) >= MOST) {
                throw new IllegalArgumentException("no list of numbers: " + text);
            }
            for (int n = first; n <= last; n++) {
                numbers.add(n);
            }
            before = last;
        }
        return List.copyOf(numbers);
    }

    private static int number(String digits, String text) {
        if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("no list of numbers: " + text);
        }
        return Integer.parseInt(digits);
    }
}
