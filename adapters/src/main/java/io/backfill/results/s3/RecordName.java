package io.backfill.results.s3;

import io.backfill.results.Checkpoint;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name of one recorded checkpoint. Every record has a name of its own, so a late write cannot replace a newer record. */
record RecordName(long epoch, int sequence) {
    /** The prefix of all names. */
    static final String START = "checkpoint-";

    /** From oldest to newest; only the newest record counts. */
    static final Comparator<RecordName> ORDER =
            Comparator.comparingLong(RecordName::epoch).thenComparingInt(RecordName::sequence);

    private static final Pattern NAME = Pattern.compile(START + "([0-9]{1,18})-([0-9]{1,9})\\.json");

    static RecordName of(Checkpoint checkpoint) {
        return new RecordName(checkpoint.epoch(), Math.toIntExact(checkpoint.sequence()));
    }

    String name() {
        return String.format(Locale.ROOT, START + "%06d-%09d.json", epoch, sequence);
    }

    static Optional<RecordName> ofName(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches()
                ? Optional.of(new RecordName(Long.parseLong(matcher.group(1)), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }
}
