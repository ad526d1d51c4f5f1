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
 * The objects below a prefix of one bucket. Every call has a time-out and a bounded number of attempts. A failure is thrown as an
 * {@link IOException} that names the operation and the key: a {@link NoSuchFileException} if the object does not exist, a
 * {@link StorageFullException} if the server has no room. The effect of a failed call is unknown; the server may even execute it
 * later. Thread-safe.
 */
public final class S3Objects implements AutoCloseable {
    /** The most keys that S3 accepts or returns in one call. */
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

    /** An object as returned by a listing or a HEAD request. */
    public record Entry(String key, long size, String etag) {}

    S3Config config() {
        return config;
    }

    /** Writes an object atomically, replacing an existing one. */
    public void put(String key, byte[] bytes) throws IOException {
        put(key, bytes, bytes.length);
    }

    void put(String key, byte[] bytes, int length) throws IOException {
        put(key, length, body(bytes, length));
    }

    /** Opens the content of an object, once for every attempt to send it. */
    @FunctionalInterface
    public interface Bytes {
        InputStream open() throws IOException;
    }

    /** Writes an object atomically, like {@link #put(String, byte[])}, from bytes that are not in memory. */
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
            // the SDK wraps the exception that it caught when it read the bytes to sign or send them
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof IOException) {
                    throw new IOException("S3 PUT of " + key + ": the bytes to send cannot be read", e);
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
                    .overrideConfiguration(override -> timeOuts(length)
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

    /** The extended time-outs of a call that transfers many bytes. */
    record TimeOuts(Duration attempt, Duration call) {}

    Optional<TimeOuts> timeOuts(long bytes) {
        // one second per MiB; a slower network counts as broken
        long seconds = bytes >> 20;
        return seconds == 0
                ? Optional.empty()
                : Optional.of(new TimeOuts(
                        config.attemptTimeout().plusSeconds(seconds),
                        config.callTimeout().plusSeconds(config.attempts() * seconds)));
    }

    /** Reads a whole object into memory. */
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
     * Opens a range of an object. The range is cut short at the end of the object.
     *
     * @param etag the ETag that the object must have, or empty for any; if the object has been replaced, it counts as missing
     * @param length number of bytes, at least 1
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

    /** Returns a stream over an object of {@code size} bytes. If the response breaks off, the stream requests the remaining bytes. */
    public InputStream stream(String key, long size) {
        return new S3BlobStream(this, new Entry(key, size, ""), 0, size);
    }

    /** Reads up to {@code length} bytes from {@code position}, and returns their number, which is smaller only at the object's end. */
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

    /** Returns the size and ETag of an object, or empty if it does not exist. */
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

    /** Lists at most {@code limit} objects whose keys begin with {@code start}, in ascending order. */
    public List<Entry> list(String start, int limit) throws IOException {
        return list(start, "", limit);
    }

    /** Like {@link #list(String, int)}, but only objects whose keys sort after {@code after}, if it is not empty. */
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

    /** Deletes an object. Idempotent. */
    public void delete(String key) throws IOException {
        deletes.one(key);
    }

    /** Deletes all {@code keys}, or throws if any object remains. Idempotent. */
    public void delete(List<String> keys) throws IOException {
        deletes.all(keys);
    }

    /** Returns the number of objects that could not be deleted since the start. */
    public long failedDeletes() {
        return deletes.failed();
    }

    /** Begins an upload in parts. The object does not exist until the upload is completed. */
    PartUpload upload(String key) throws IOException {
        return uploads.begin(key);
    }

    /** See {@link PartUploads#abort}. */
    int abortUploads(Instant before, boolean dryRun) throws IOException {
        return uploads.abort(before, dryRun);
    }

    /**
     * Runs a request. A pending interrupt does not prevent it, so that a result line that has been paid for is still written. An
     * interrupt during the request aborts it.
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
            throw S3FailureTranslator.translate(operation, key, e);
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
