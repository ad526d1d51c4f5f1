package io.backfill.files.s3;

import io.backfill.files.StorageFullException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * The objects below a prefix of one bucket. Every call has a time-out and a bounded number of attempts; a failure is an
 * {@link IOException} that says what was done to which key: {@link NoSuchFileException} when there is no such object,
 * {@link StorageFullException} when the server has no room. What a call that failed did on the server is unknown: it may be done
 * later even. Safe for many threads.
 */
public final class S3Objects implements AutoCloseable {
    /** S3 takes and gives no more names at once. */
    private static final int PAGE = 1000;

    static final String BYTES = "application/octet-stream";

    private final S3Client client;
    private final S3Config config;
    private final String prefix;
    private final S3Deletes deletes;
    private final PartUploads uploads;

    S3Objects(S3Client client, S3Config config) {
        this.client = client;
        this.config = config;
        this.prefix = config.prefix().isEmpty() ? "" : config.prefix() + "/";
        this.deletes = new S3Deletes(this, client, config.bucket(), prefix);
        this.uploads = new PartUploads(this, client, prefix);
    }

    /** One object, as a listing or a look at it shows it. */
    public record Entry(String key, long size, String etag) {}

    S3Config config() {
        return config;
    }

    /** All or nothing, replacing what is there. */
    public void put(String key, byte[] bytes) throws IOException {
        put(key, bytes, bytes.length);
    }

    void put(String key, byte[] bytes, int length) throws IOException {
        put(key, length, body(bytes, length));
    }

    /** Opens the bytes of an object anew for every attempt to send them. */
    @FunctionalInterface
    public interface Bytes {
        InputStream open() throws IOException;
    }

    /** All or nothing, as {@link #put(String, byte[])}, of bytes that are not in memory. */
    public void put(String key, long length, Bytes bytes) throws IOException {
        RequestBody body = RequestBody.fromContentProvider(
                () -> {
                    try {
                        return bytes.open();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                length,
                BYTES);
        try {
            put(key, length, body);
        } catch (RuntimeException e) {
            // the SDK wraps what it got when it read the bytes to sign or to send them
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof IOException) {
                    throw new IOException("S3 PUT of " + key + ": what is to be sent cannot be read", e);
                }
            }
            throw e;
        }
    }

    private void put(String key, long length, RequestBody body) throws IOException {
        call("PUT", key, () -> {
            PutObjectRequest.Builder request = PutObjectRequest.builder()
                    .bucket(config.bucket())
                    .key(prefix + key)
                    .overrideConfiguration(override -> patience(length)
                            .ifPresent(more -> override.apiCallAttemptTimeout(more.attempt())
                                    .apiCallTimeout(more.call())));
            config.encryption().algorithm().ifPresent(algorithm -> request.serverSideEncryption(algorithm.header()));
            config.encryption().keyId().ifPresent(request::ssekmsKeyId);
            return client.putObject(request.build(), body);
        });
    }

    static RequestBody body(byte[] bytes, int length) {
        return RequestBody.fromContentProvider(() -> new ByteArrayInputStream(bytes, 0, length), length, BYTES);
    }

    /** More time for calls that move so many bytes than for small ones. */
    record Patience(Duration attempt, Duration call) {}

    Optional<Patience> patience(long bytes) {
        // a second per MiB: slower networks than that are broken
        long seconds = bytes >> 20;
        return seconds == 0
                ? Optional.empty()
                : Optional.of(new Patience(
                        config.attemptTimeout().plusSeconds(seconds),
                        config.callTimeout().plusSeconds(config.attempts() * seconds)));
    }

    /** The whole object in memory. */
    public byte[] get(String key) throws IOException {
        return call("GET", key, () -> {
            ResponseBytes<GetObjectResponse> answer = client.getObject(
                    GetObjectRequest.builder()
                            .bucket(config.bucket())
                            .key(prefix + key)
                            .build(),
                    ResponseTransformer.toBytes());
            return answer.asByteArrayUnsafe();
        });
    }

    /**
     * The bytes of an object as they come. Fewer than wanted when it is shorter.
     *
     * @param etag of the object wanted; when another one has the key now, there is no such object. Empty: any will do
     * @param length at least 1
     */
    S3Answer range(String key, String etag, long position, long length) throws IOException {
        ResponseInputStream<GetObjectResponse> answer = call("GET", key, () -> {
            GetObjectRequest.Builder request = GetObjectRequest.builder()
                    .bucket(config.bucket())
                    .key(prefix + key)
                    .range("bytes=" + position + "-" + (position + length - 1));
            if (!etag.isEmpty()) {
                request.ifMatch(etag);
            }
            return client.getObject(request.build());
        });
        return new S3Answer(answer);
    }

    /** The bytes of an object of {@code size} bytes, as they come; an answer that breaks off is asked for again. */
    public InputStream stream(String key, long size) {
        return new S3BlobStream(this, new Entry(key, size, ""), 0, size);
    }

    /** The bytes from {@code position}, all of them read into {@code into}; returns how many there were. */
    int read(String key, String etag, long position, byte[] into, int offset, int length) throws IOException {
        int filled = 0;
        try (S3Answer range = range(key, etag, position, length)) {
            while (filled < length) {
                int count = range.read(into, offset + filled, length - filled);
                if (count < 0) {
                    return filled;
                }
                filled += count;
            }
        }
        return filled;
    }

    /** The object's size and tag; empty when there is none. */
    public Optional<Entry> find(String key) throws IOException {
        try {
            return Optional.of(call("HEAD", key, () -> {
                HeadObjectResponse head = client.headObject(HeadObjectRequest.builder()
                        .bucket(config.bucket())
                        .key(prefix + key)
                        .build());
                return new Entry(
                        key,
                        head.contentLength(),
                        Optional.ofNullable(head.eTag()).orElse(""));
            }));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    /** The objects whose keys begin with {@code start}, in ascending order, {@code limit} at most. */
    public List<Entry> list(String start, int limit) throws IOException {
        return list(start, "", limit);
    }

    /** Of these those whose keys come behind {@code after}; empty: all. */
    List<Entry> list(String start, String after, int limit) throws IOException {
        List<Entry> found = new ArrayList<>();
        Optional<String> next = Optional.empty();
        while (found.size() < limit) {
            ListObjectsV2Request.Builder request = ListObjectsV2Request.builder()
                    .bucket(config.bucket())
                    .prefix(prefix + start)
                    .maxKeys(Math.min(PAGE, limit - found.size()));
            if (!after.isEmpty()) {
                request.startAfter(prefix + after);
            }
            next.ifPresent(request::continuationToken);
            ListObjectsV2Response page = call("LIST", start, () -> client.listObjectsV2(request.build()));
            page.contents().stream()
                    .map(object -> new Entry(
                            object.key().substring(prefix.length()),
                            object.size(),
                            Optional.ofNullable(object.eTag()).orElse("")))
                    .forEach(found::add);
            if (!Boolean.TRUE.equals(page.isTruncated())) {
                break;
            }
            next = Optional.ofNullable(page.nextContinuationToken());
        }
        return found;
    }

    /** Idempotent. */
    public void delete(String key) throws IOException {
        deletes.one(key);
    }

    /** Deletes all of them, or throws when one is left. Idempotent. */
    public void delete(List<String> keys) throws IOException {
        deletes.all(keys);
    }

    /** How many objects were not deleted although that was asked for, since the start. */
    public long failedDeletes() {
        return deletes.failed();
    }

    /** Begins an object of parts, which is not there before it is completed. */
    PartUpload upload(String key) throws IOException {
        return uploads.begin(key);
    }

    /** See {@link PartUploads#abort}. */
    int abortUploads(Instant before, boolean dryRun) throws IOException {
        return uploads.abort(before, dryRun);
    }

    /**
     * An interrupt that came before does not keep the call from being made: a result line that was paid for is still written.
     * One that comes while it runs ends it.
     */
    <T> T call(String operation, String key, Supplier<T> request) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            return request.get();
        } catch (AbortedException e) {
            interrupted = true;
            InterruptedIOException failure =
                    new InterruptedIOException("S3 " + operation + " of " + key + " was interrupted");
            failure.initCause(e);
            throw failure;
        } catch (SdkException e) {
            throw S3Failures.of(operation, key, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
