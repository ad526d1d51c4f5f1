package io.backfill.benchmarks;

import java.io.PrintStream;

/** A single growing line on a terminal; elsewhere one line for every change of at least a tenth. */
final class ProgressBar {
    private static final int WIDTH = 40;

    private final PrintStream out;
    private final boolean terminal;
    private long lastTenth = -1;
    private String lastStatus = "";

    ProgressBar(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    void show(String status, long done, long total) {
        long filled = total == 0 ? 0 : done * WIDTH / total;
        String line = "  [" + "#".repeat((int) filled) + ".".repeat((int) (WIDTH - filled)) + "] " + done + "/" + total
                + "  " + status;
        if (terminal) {
            out.print("\r" + line + "     ");
            out.flush();
            return;
        }
        long tenth = total == 0 ? 0 : done * 10 / total;
        if (tenth != lastTenth || !status.equals(lastStatus)) {
            out.println(line);
            lastTenth = tenth;
            lastStatus = status;
        }
    }

    void end() {
        if (terminal) {
            out.println();
        }
    }
}
