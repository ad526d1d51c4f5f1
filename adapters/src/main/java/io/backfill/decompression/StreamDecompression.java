package io.backfill.decompression;

import io.backfill.plan.Compression;
import io.backfill.plan.Decompression;
import io.backfill.zstd.ZstdInputStream;
import java.io.InputStream;

/** Decompresses with the JDK's inflater and with Backfill's own Zstandard decoder. An open stream uses at most 9 MiB. */
public final class StreamDecompression implements Decompression {
    @Override
    public InputStream open(Compression compression, InputStream compressed) {
        return switch (compression) {
            case GZIP -> new GzipMembers(compressed);
            case ZSTD -> new ZstdInputStream(compressed);
        };
    }
}
