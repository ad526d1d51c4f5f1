package io.backfill.run;

import java.util.List;

/** Whether the node's background passes still come round. A pass that hangs does not recover; a restart of the process does. */
public interface PassWatch {
    /** Names of the passes that have not come round within their patience. Never blocks, whatever a pass is doing. */
    List<String> overdue();
}
