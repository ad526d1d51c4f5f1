package io.backfill.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A misbehaving tenant that {@code bench harm} runs alongside its victim. It has its own models, by name.
 *
 * @param isBrief whether the disturbance ends within one run, so that it must be started again for the next
 */
record Offender(String name, Group group, boolean isBrief, Servers servers, Deed deed, Loss loss) {
    /** The kind of resource that it attacks. {@code --offenders} accepts groups as well as names. */
    enum Group {
        MEMORY,
        BATCHES,
        REPLICAS,
        CLIENTS
    }

    /** Its model servers. */
    @FunctionalInterface
    interface Servers {
        /**
         * Starts the servers. Returns the models as lines of {@code models.yaml}: indented lines go below {@code models:}, all
         * others to the top level.
         */
        List<String> start(HarmScene scene) throws IOException;
    }

    /** The disturbance. */
    @FunctionalInterface
    interface Deed {
        /** Starts the disturbance and returns when it is in progress. */
        void begin(HarmScene scene) throws IOException;
    }

    /** The lines of its own batches that failed although they should not have. */
    @FunctionalInterface
    interface Loss {
        /** Returns their number; 0 if this cannot be judged. */
        long lines(HarmScene scene) throws IOException;
    }

    Offender(String name, Group group, Servers servers, Deed deed) {
        this(name, group, false, servers, deed, scene -> 0);
    }

    Offender brief() {
        return new Offender(name, group, true, servers, deed, loss);
    }

    /** Returns additional environment variables of the gateway: offenders with many batches may create any number of them. */
    Map<String, String> settings() {
        return group == Group.BATCHES ? Map.of("BACKFILL_BATCHES_CREATES_PER_HOUR", "0") : Map.of();
    }
}
