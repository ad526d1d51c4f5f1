package io.backfill.results.s3;

import io.backfill.results.ResultKind;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small object of whole result lines, written once.
 *
 * @param generation sequence of the checkpoint that will cover it
 * @param number increases with every commit of an open log; both tails of one commit have the same number
 */
record Tail(long epoch, int generation, int number, ResultKind kind, long bytes) {
    /** The order in which tails were written. */
    static final Comparator<Tail> ORDER = Comparator.comparingLong(Tail::epoch)
            .thenComparingInt(Tail::generation)
            .thenComparingInt(Tail::number)
            .thenComparing(Tail::kind);

    private static final Pattern NAME = Pattern.compile("e([0-9]{1,18})-s([0-9]{1,9})-t([0-9]{1,9})\\.(out|err)");

    String name() {
        return String.format(Locale.ROOT, "e%06d-s%04d-t%06d.%s", epoch, generation, number, kind.suffix());
    }

    static Optional<Tail> ofName(String name, long bytes) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        ResultKind kind = matcher.group(4).equals(ResultKind.OUTPUT.suffix()) ? ResultKind.OUTPUT : ResultKind.ERROR;
        return Optional.of(new Tail(
                Long.parseLong(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3)),
                kind,
                bytes));
    }
}
