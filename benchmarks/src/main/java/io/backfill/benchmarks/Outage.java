package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.SharedStores;
import io.backfill.benchmarks.gateway.SmallDisk;
import io.backfill.testing.TcpLink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A dependency of the gateway that becomes unavailable for a while and then recovers. */
interface Outage extends AutoCloseable {
    /** Returns the gateway's data folder. */
    Path data();

    /** Returns environment variables of the gateway. */
    Map<String, String> settings();

    void begin() throws IOException;

    void end() throws IOException;

    @Override
    void close() throws IOException;

    /** Creates an outage. */
    @FunctionalInterface
    interface Kind {
        Outage open(Workplace workplace) throws IOException;
    }

    /** Returns all outages by name, in the order in which they run. */
    static Map<String, Kind> all() {
        Map<String, Kind> all = new LinkedHashMap<>();
        all.put("disk-full", Outage::diskFull);
        all.put("postgresql-silent", workplace -> silent(workplace, "single"));
        all.put("s3-silent", workplace -> silent(workplace, "cluster"));
        return all;
    }

    private static Outage diskFull(Workplace workplace) throws IOException {
        int megabytes = 1024;
        SmallDisk disk = SmallDisk.mount(workplace.folder("disk"), megabytes);
        return new Outage() {
            @Override
            public Path data() {
                return disk.root();
            }

            @Override
            public Map<String, String> settings() {
                return Map.of();
            }

            @Override
            public void begin() throws IOException {
                disk.fill(0);
            }

            @Override
            public void end() throws IOException {
                disk.free();
            }

            @Override
            public void close() throws IOException {
                disk.close();
            }
        };
    }

    private static Outage silent(Workplace workplace, String profile) throws IOException {
        SharedStores stores = SharedStores.start(profile, workplace.folder("shared"));
        boolean database = profile.equals("single");
        TcpLink link = TcpLink.to(database ? stores.catalog().port() : stores.bucketPort());
        Map<String, String> settings = new HashMap<>(stores.variables());
        if (database) {
            settings.put("BACKFILL_DB_URL", stores.catalog().urlThrough(link.port()));
        } else {
            settings.put("BACKFILL_S3_ENDPOINT", "http://127.0.0.1:" + link.port());
        }
        Path data = workplace.folder("data");
        return new Outage() {
            @Override
            public Path data() {
                return data;
            }

            @Override
            public Map<String, String> settings() {
                return settings;
            }

            @Override
            public void begin() {
                link.blackHole();
            }

            @Override
            public void end() {
                link.pass();
            }

            @Override
            public void close() throws IOException {
                link.close();
                stores.close();
            }
        };
    }
}
