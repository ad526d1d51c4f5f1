package io.backfill.results.s3;

/** Tests the same guarantees while tails are compacted all the time. */
class S3ResultLogOfSmallSegmentsTest extends S3ResultLogTest {
    @Override
    S3LogConfig config() {
        return new S3LogConfig(1000, 3, 500);
    }
}
