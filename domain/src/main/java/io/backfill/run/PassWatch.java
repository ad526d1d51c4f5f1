package io.backfill.run;

import java.util.List;

/** Detects background passes of the node that hang. A hanging pass does not recover; only a restart of the process helps. */
public interface PassWatch {
    /** Returns the names of the passes that have not completed a round in time. Never blocks, even if a pass hangs. */
    List<String> overdue();
}
