package io.backfill.files.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3VirtualHostTest {
    @TempDir
    Path cache;

    @Test
    void storeShouldFindItsBucketByTheNameOfTheHost() throws Exception {
        S3Server server = S3Server.ofVirtualHosts();
        List<String> hosts = new ArrayList<>();
        StagedHttp http = new StagedHttp(server.proxied(), (request, sending) -> {
            hosts.add(request.host() + " " + request.encodedPath());
            return sending.send();
        });
        S3Config config = server.virtualHostConfig();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                S3Objects objects = server.objects(config, http)) {
            FileStore store =
                    new S3FileStore(objects, SpoolCache.open(cache, 0, 0, threads, System::nanoTime), threads);
            store.put("files/one", new ByteArrayInputStream("bytes".getBytes("UTF-8")), 5);
            try (BlobReader reader = store.open("files/one");
                    InputStream in = reader.stream(0, 5)) {
                assertThat(in).hasContent("bytes");
            }
            assertThat(store.list("files", 10)).containsExactly("files/one");
            store.check();
        }
        assertThat(hosts).contains("backfill.s3.test /" + config.prefix() + "/files/one");
    }
}
