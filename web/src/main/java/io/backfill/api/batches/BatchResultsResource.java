package io.backfill.api.batches;

import io.backfill.api.QueryLimit;
import io.backfill.api.SupportedValues;
import io.backfill.api.errors.ApiLog;
import io.backfill.api.http.ApiRequest;
import io.backfill.feed.FeedPage;
import io.backfill.ids.BatchId;
import io.backfill.results.ResultKind;
import io.backfill.service.ResultService;
import io.backfill.service.ResultService.Following;
import io.backfill.service.ResultService.Wanted;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * {@code /v1/batches/{id}/results}, an extension: the result lines of a batch from its beginning on. Uses field injection because
 * RESTEasy requires a no-argument constructor.
 */
@Path("/v1/batches/{id}/results")
@Dependent
public class BatchResultsResource {
    /** Resumes behind the last line of a response. */
    static final String NEXT_CURSOR = "x-next-cursor";

    private static final String JSON_LINES = "application/jsonl";
    private static final int DEFAULT_LIMIT = 1000;
    private static final int MAX_LIMIT = 10_000;
    private static final List<String> KINDS = List.of("output", "error", "all");
    private static final List<String> BOOLEANS = List.of("true", "false");

    @Inject
    private ResultService results;

    @GET
    public Response results(
            @Context HttpServletRequest servletRequest,
            @PathParam("id") String id,
            @QueryParam("kind") @DefaultValue("") String kind,
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("limit") @DefaultValue("") String limit,
            @QueryParam("follow") @DefaultValue("") String follow) {
        ApiRequest request = ApiRequest.of(servletRequest);
        BatchId batch = BatchesResource.batchId(id);
        Set<ResultKind> kinds = kinds(kind);
        if (follows(follow)) {
            int most = limit.isEmpty() ? Integer.MAX_VALUE : QueryLimit.parse(limit, MAX_LIMIT, MAX_LIMIT);
            return followed(request, results.follow(request.tenant(), new Wanted(batch, kinds, after, most)));
        }
        int most = QueryLimit.parse(limit, DEFAULT_LIMIT, MAX_LIMIT);
        FeedPage page = results.page(request.tenant(), new Wanted(batch, kinds, after, most));
        // JAX-RS takes every failure after the first byte for a client that disconnected
        StreamingOutput body = out -> page.writeTo(
                out, unreadable -> ApiLog.LOG.brokenOff(request.id(), request.getMethod(), request.path(), unreadable));
        return Response.ok(body)
                .type(JSON_LINES)
                .header(HttpHeaders.CONTENT_LENGTH, page.bytes())
                .header(NEXT_CURSOR, page.next().text(batch))
                .build();
    }

    /** Returns an empty response, whose body begins when the request has left JAX-RS and its thread. */
    private static Response followed(ApiRequest request, Following following) {
        boolean trailers = request.header("TE")
                .filter(accepted -> accepted.toLowerCase(Locale.ROOT).contains("trailers"))
                .isPresent();
        request.goOnWith(new FollowedResponse(following, trailers));
        return Response.ok()
                .header(HttpHeaders.CONTENT_TYPE, JSON_LINES)
                .header(NEXT_CURSOR, following.from())
                .build();
    }

    private static Set<ResultKind> kinds(String kind) {
        return switch (kind) {
            case "", "all" -> EnumSet.allOf(ResultKind.class);
            case "output" -> EnumSet.of(ResultKind.OUTPUT);
            case "error" -> EnumSet.of(ResultKind.ERROR);
            default -> throw SupportedValues.refusal("kind", kind, KINDS);
        };
    }

    private static boolean follows(String follow) {
        return switch (follow) {
            case "", "false" -> false;
            case "true" -> true;
            default -> throw SupportedValues.refusal("follow", follow, BOOLEANS);
        };
    }
}
