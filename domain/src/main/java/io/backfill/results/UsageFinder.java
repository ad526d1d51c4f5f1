package io.backfill.results;

import io.backfill.batches.Usage;
import io.backfill.requests.JsonScan;
import java.util.List;
import java.util.Optional;

/**
 * Finds the usage in JSON that is not entirely in memory, with the same result as {@link AnswerBody} for bytes in memory. If a
 * name occurs twice, the last one counts.
 */
final class UsageFinder implements JsonScan.Events {
    /** Maximum nesting; see {@link io.backfill.requests.StrictJson}. */
    private static final int MAX_DEPTH = 1000;

    /** Names of the members that lead to the object that contains {@code usage}. */
    private final List<String> path;

    private final JsonScan scan;
    private Usage usage = Usage.NONE;
    private UsageParts parts = new UsageParts();
    private String name = "";
    /** Number of open brackets, and how many of them, counted from the first, lead to the usage. */
    private int depth;

    private int followed;
    private String detail = "";

    private UsageFinder(List<String> path, int maxDepth) {
        this.path = path;
        this.scan = new JsonScan(maxDepth, this);
    }

    /** Creates a finder for an answer. */
    static UsageFinder inAnswer() {
        return new UsageFinder(List.of(), MAX_DEPTH);
    }

    /** Creates a finder for a result line. */
    static UsageFinder inLine() {
        return new UsageFinder(List.of("response", "body"), MAX_DEPTH + 10);
    }

    void take(byte[] bytes, int start, int end) {
        scan.take(bytes, start, end);
    }

    /** Returns the usage; empty if the bytes are not one complete JSON object. */
    Optional<Usage> usage() {
        return scan.isWhole() ? Optional.of(usage) : Optional.empty();
    }

    private int levelOfUsage() {
        return path.size() + 2;
    }

    @Override
    public void name(String next) {
        if (depth == followed) {
            name = next;
        }
    }

    @Override
    public void opened(boolean object) {
        depth++;
        if (depth - 1 != followed) {
            return;
        }
        int level = levelOfUsage();
        if (followed > level) {
            noCount(detail.equals(name));
        } else if (followed == level) {
            noCount(UsageParts.isCount(name));
            String wanted = UsageParts.detailOf(name);
            if (!wanted.isEmpty()) {
                detail = wanted;
                parts.set(wanted, 0);
                followed += object ? 1 : 0;
            }
        } else if (object
                && (followed == 0 || name.equals(followed <= path.size() ? path.get(followed - 1) : "usage"))) {
            followed++;
            if (followed < level) {
                usage = Usage.NONE;
            } else {
                parts = new UsageParts();
            }
        }
        // a name applies only to the value that follows it, and array elements have no names
        name = "";
    }

    private void noCount(boolean wanted) {
        if (wanted) {
            parts.set(name, -1);
        }
    }

    @Override
    public void closed() {
        if (depth == followed) {
            if (followed == levelOfUsage()) {
                usage = parts.usage();
            }
            followed--;
        }
        depth--;
    }

    @Override
    public void number(String text) {
        value(UsageParts.count(text));
    }

    @Override
    public void other() {
        value(-1);
    }

    private void value(long count) {
        if (depth != followed) {
            return;
        }
        int level = levelOfUsage();
        if (followed > level ? name.equals(detail) : followed == level && UsageParts.isCount(name)) {
            parts.set(name, count);
        } else if (followed == level) {
            String wanted = UsageParts.detailOf(name);
            if (!wanted.isEmpty()) {
                parts.set(wanted, 0);
            }
        }
    }
}
