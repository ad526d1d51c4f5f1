package io.backfill.api.files;

import io.backfill.api.Json;
import io.backfill.api.errors.ApiLog;
import io.backfill.api.errors.ErrorBody;
import io.backfill.api.http.ApiRequest;
import io.backfill.api.multipart.PercentEncoding;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.StoredFile;
import io.backfill.service.FileContent;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * The response that carries a file's bytes, or one range of them, as stored. The bytes of a file never change, so the file's id is
 * its entity tag.
 */
final class FileDownload {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int PARTIAL_CONTENT = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private FileDownload() {}

    /** Returns the response to a GET. Closes {@code content} once it is sent. */
    static Response get(FileContent content, ApiRequest request) throws IOException {
        Conditions conditions = Conditions.of(request, tag(content.file()));
        if (conditions != Conditions.MET) {
            content.close();
            return withoutBytes(conditions, content.file());
        }
        ByteRange range = range(content, request);
        if (!range.satisfiable()) {
            content.close();
            return notSatisfiable(range, content.bytes().size());
        }
        return headers(content, range)
                .entity((StreamingOutput) out -> send(content, range, out, request))
                .build();
    }

    /** Returns the response to a HEAD. Closes {@code content}. */
    static Response head(FileContent content, ApiRequest request) throws IOException {
        try (content) {
            Conditions conditions = Conditions.of(request, tag(content.file()));
            if (conditions != Conditions.MET) {
                return withoutBytes(conditions, content.file());
            }
            ByteRange range = range(content, request);
            return range.satisfiable()
                    ? headers(content, range).build()
                    : Response.status(RANGE_NOT_SATISFIABLE)
                            .header(
                                    "Content-Range",
                                    range.contentRange(content.bytes().size()))
                            .build();
        }
    }

    private static Response withoutBytes(Conditions conditions, StoredFile file) {
        if (conditions == Conditions.UNCHANGED) {
            return Response.notModified().header(HttpHeaders.ETAG, tag(file)).build();
        }
        throw new BackfillException(
                ErrorCode.PRECONDITION_FAILED,
                "The header 'If-Match' does not match the file's ETag " + tag(file) + ".");
    }

    private static ByteRange range(FileContent content, ApiRequest request) {
        Optional<String> range = request.header("Range");
        boolean sameBytes =
                request.header("If-Range").map(tag(content.file())::equals).orElse(true);
        return ByteRange.parse(
                sameBytes ? range : Optional.empty(), content.bytes().size());
    }

    private static Response.ResponseBuilder headers(FileContent content, ByteRange range) {
        Response.ResponseBuilder response = Response.status(range.whole() ? 200 : PARTIAL_CONTENT)
                .type("application/octet-stream")
                .header(HttpHeaders.CONTENT_LENGTH, range.length())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        disposition(content.file().filename()))
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.ETAG, tag(content.file()));
        if (!range.whole()) {
            response.header("Content-Range", range.contentRange(content.bytes().size()));
        }
        return response;
    }

    private static Response notSatisfiable(ByteRange range, long size) {
        Response.ResponseBuilder response = Response.fromResponse(Json.answer(
                RANGE_NOT_SATISFIABLE,
                ErrorBody.of(
                        ErrorCode.INVALID_REQUEST,
                        "The requested range is not satisfiable: the file has " + size + " bytes.",
                        Optional.empty())));
        return response.header("Content-Range", range.contentRange(size)).build();
    }

    private static String tag(StoredFile file) {
        return "\"" + file.id() + "\"";
    }

    /** Returns a header with two forms of the name: ASCII only for old clients, and the full name for all others. */
    static String disposition(String filename) {
        String ascii = filename.replaceAll("[^ -~]|[\"\\\\%]", "_");
        return "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + PercentEncoding.encode(filename);
    }

    private static void send(FileContent content, ByteRange range, OutputStream out, ApiRequest request)
            throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (content;
                InputStream bytes = content.bytes().stream(range.from(), range.length())) {
            for (long left = range.length(); left > 0; ) {
                int read = read(bytes, buffer, request);
                out.write(buffer, 0, read);
                left -= read;
            }
        }
    }

    /** Logs a failure of the store here, because JAX-RS treats every failure after the first byte as a client that disconnected. */
    private static int read(InputStream bytes, byte[] buffer, ApiRequest request) throws IOException {
        try {
            int read = bytes.read(buffer);
            if (read < 0) {
                throw new EOFException("the blob ended before the length it had when it was opened");
            }
            return read;
        } catch (IOException e) {
            ApiLog.LOG.brokenOff(request.id(), request.getMethod(), request.path(), e);
            throw e;
        }
    }
}
