package io.backfill.results.s3;

/** The same promises while tails are rewritten all the time. */
class S3ResultLogOfSmallSegmentsTest extends S3ResultLogTest {
    @Override
    S3LogConfig config() {
        return new S3LogConfig(1000, 3, 500);
    }
}
