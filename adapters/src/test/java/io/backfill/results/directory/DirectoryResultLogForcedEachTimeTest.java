package io.backfill.results.directory;

/** Tests the same log with the other policy. */
class DirectoryResultLogForcedEachTimeTest extends DirectoryResultLogTest {
    @Override
    ForcePolicy policy() {
        return ForcePolicy.EACH;
    }
}
