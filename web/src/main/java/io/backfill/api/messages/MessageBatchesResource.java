package io.backfill.api.messages;

import io.backfill.api.IdempotencyHeader;
import io.backfill.api.Json;
import io.backfill.api.QueryLimit;
import io.backfill.api.errors.ApiLog;
import io.backfill.api.http.ApiRequest;
import io.backfill.api.http.JsonBody;
import io.backfill.api.multipart.BoundedBody;
import io.backfill.batches.Batch;
import io.backfill.batches.BatchConfig;
import io.backfill.door.FrontDoor;
import io.backfill.door.TenantSeats.Seat;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.service.MessageBatchService;
import io.backfill.service.MessageResults;
import io.backfill.service.Page;
import io.backfill.service.ReceivedRequests;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** {@code /v1/messages/batches}. Uses field injection because RESTEasy requires a no-argument constructor. */
@Path("/v1/messages/batches")
@Dependent
public class MessageBatchesResource {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 1000;
    private static final String JSON_LINES = "application/x-jsonl";

    @Inject
    private MessageBatchService batches;

    @Inject
    private BatchConfig config;

    @Inject
    private FrontDoor door;

    @POST
    public Response create(@Context HttpServletRequest servletRequest) {
        ApiRequest request = ApiRequest.of(servletRequest);
        JsonBody.requireJson(request);
        BackfillException tooLarge = new BackfillException(
                ErrorCode.TOO_LARGE,
                "The request body is too large: at most " + batches.maxBodyBytes() + " bytes are allowed.");
        DigestInputStream body = new DigestInputStream(
                new BoundedBody(request.body(batches.maxBodyBytes(), tooLarge), batches.maxBodyBytes(), tooLarge),
                sha256());
        ReceivedRequests received = batches.receive(request.tenant(), body);
        Optional<Seat> seat = door.create(request.tenant());
        if (seat.isEmpty()) {
            batches.discard(request.tenant(), received);
            throw new BackfillException(
                    ErrorCode.RATE_LIMIT_EXCEEDED,
                    "Too many batches are being created at once. Please try again in a few seconds.");
        }
        try (Seat _ = seat.get()) {
            Batch batch = batches.create(
                    request.tenant(),
                    received,
                    request.headers(config.passThroughHeaders()),
                    IdempotencyHeader.of(
                            request.tenant(),
                            request.header(IdempotencyHeader.NAME),
                            HexFormat.of().formatHex(body.getMessageDigest().digest())),
                    request.header("traceparent"));
            return Json.ok(MessageBatchObject.of(batch, request.base()));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @GET
    public Response list(
            @Context HttpServletRequest servletRequest,
            @QueryParam("limit") @DefaultValue("") String limit,
            @QueryParam("before_id") @DefaultValue("") String before,
            @QueryParam("after_id") @DefaultValue("") String after) {
        ApiRequest request = ApiRequest.of(servletRequest);
        int count = QueryLimit.parse(limit, DEFAULT_LIMIT, MAX_LIMIT);
        if (!before.isEmpty() && !after.isEmpty()) {
            throw new BackfillException(
                    ErrorCode.INVALID_VALUE, "Give either 'before_id' or 'after_id', not both.", "before_id");
        }
        Page<Batch> page = before.isEmpty()
                ? batches.olderThan(
                        request.tenant(),
                        after.isEmpty() ? Optional.empty() : Optional.of(cursor("after_id", after)),
                        count)
                : batches.newerThan(request.tenant(), cursor("before_id", before), count);
        return Json.ok(MessageBatchPage.of(page, request.base()));
    }

    @GET
    @Path("{id}")
    public Response get(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        ApiRequest request = ApiRequest.of(servletRequest);
        return Json.ok(MessageBatchObject.of(batches.get(request.tenant(), batchId(id)), request.base()));
    }

    @POST
    @Path("{id}/cancel")
    public Response cancel(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        ApiRequest request = ApiRequest.of(servletRequest);
        return Json.ok(MessageBatchObject.of(batches.cancel(request.tenant(), batchId(id)), request.base()));
    }

    @DELETE
    @Path("{id}")
    public Response delete(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        batches.delete(ApiRequest.of(servletRequest).tenant(), batchId(id));
        return Json.ok(DeletedMessageBatch.of(id));
    }

    @GET
    @Path("{id}/results")
    public Response results(@Context HttpServletRequest servletRequest, @PathParam("id") String id) {
        ApiRequest request = ApiRequest.of(servletRequest);
        MessageResults results = batches.results(request.tenant(), batchId(id));
        return Response.ok((StreamingOutput) out -> send(results, out, request), JSON_LINES)
                .build();
    }

    @HEAD
    @Path("{id}/results")
    public Response resultsHead(@Context HttpServletRequest servletRequest, @PathParam("id") String id)
            throws IOException {
        batches.results(ApiRequest.of(servletRequest).tenant(), batchId(id)).close();
        return Response.ok().type(JSON_LINES).build();
    }

    private static void send(MessageResults results, OutputStream out, ApiRequest request) throws IOException {
        try (results) {
            for (byte[] piece = next(results, request); piece.length > 0; piece = next(results, request)) {
                out.write(piece);
            }
        }
    }

    /** Logs a failure of the store here, because JAX-RS treats every failure after the first byte as a client that disconnected. */
    private static byte[] next(MessageResults results, ApiRequest request) throws IOException {
        try {
            return results.next();
        } catch (IOException e) {
            ApiLog.LOG.brokenOff(request.id(), request.getMethod(), request.path(), e);
            throw e;
        }
    }

    private static BatchId batchId(String id) {
        return BatchId.parseMessages(id).orElseThrow(() -> MessageBatchService.noSuchBatch(id));
    }

    private static BatchId cursor(String parameter, String id) {
        return BatchId.parseMessages(id)
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.INVALID_VALUE,
                        "Invalid '" + parameter + "': '" + id + "' is not the id of a message batch.",
                        parameter));
    }
}
