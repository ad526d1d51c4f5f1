package io.backfill.benchmarks.gateway;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** An S3 server in this process with one bucket, whose objects are files in a folder. It verifies signatures. */
final class SharedBucket implements AutoCloseable {
    private static final String BUCKET = "backfill";
    private static final String KEY = "somebody";
    private static final String SECRET = "of-no-value";

    private final S3Proxy server;
    private final FlakyBlobs blobs;
    private final Path objects;

    private SharedBucket(S3Proxy server, FlakyBlobs blobs, Path objects) {
        this.server = server;
        this.blobs = blobs;
        this.objects = objects;
    }

    static SharedBucket start(Path folder) throws IOException {
        Path objects = Files.createDirectories(folder.resolve(BUCKET));
        FlakyBlobs blobs = new FlakyBlobs(new FilesystemNio2BlobStore(folder.toString()));
        S3Proxy server = S3Proxy.builder()
                .blobStore(blobs.store())
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
                .jettyMaxThreads(200)
                .ignoreUnknownHeaders(true)
                .build();
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("the S3 server did not start", e);
        }
        return new SharedBucket(server, blobs, objects);
    }

    void failEveryThirdCall(boolean fail) {
        blobs.fail(fail);
    }

    int callsFailed() {
        return blobs.failed();
    }

    int port() {
        return server.getPort();
    }

    /** Returns the environment variables that a node needs to use it. */
    Map<String, String> variables() {
        return Map.of(
                "BACKFILL_S3_ENDPOINT", "http://127.0.0.1:" + port(),
                "BACKFILL_S3_BUCKET", BUCKET,
                "AWS_ACCESS_KEY_ID", KEY,
                "AWS_SECRET_ACCESS_KEY", SECRET);
    }

    /** Returns the folder that holds one file per object. */
    Path objects() {
        return objects;
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("the S3 server did not stop", e);
        }
    }
}
