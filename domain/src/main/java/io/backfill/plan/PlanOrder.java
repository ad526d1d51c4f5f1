package io.backfill.plan;

/** In which order the lines of one model are sent. */
enum PlanOrder {
    /** As they stand in the input. */
    FILE;

    /** For each place in the plan the entry that goes there; a function of the entries alone. */
    int[] of(PlanEntries entries) {
        int[] order = new int[entries.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        return order;
    }

    String wireName() {
        return "file";
    }
}
