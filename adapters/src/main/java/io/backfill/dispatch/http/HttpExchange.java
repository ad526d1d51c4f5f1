package io.backfill.dispatch.http;

import io.backfill.answers.Answer;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestBody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.MessageSupport;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.jspecify.annotations.Nullable;

/** One attempt: acquires a connection, sends the line's body and reads the whole answer. Used once, by one thread. */
final class HttpExchange {
    private static final int LONGEST_REQUEST_ID = 256;

    private final ModelRequest request;
    private final CallHeaders headers;
    private final ReplicaPool replica;
    private final OpenCall call;
    private final AnswerReader answers;
    private final InstantSource clock;
    private boolean sent;

    HttpExchange(
            ModelRequest request,
            CallHeaders headers,
            ReplicaPool replica,
            OpenCall call,
            AnswerReader answers,
            InstantSource clock) {
        this.request = request;
        this.headers = headers;
        this.replica = replica;
        this.call = call;
        this.answers = answers;
        this.clock = clock;
    }

    /** @param connectNanos time-out for opening a connection */
    Outcome run(long connectNanos) {
        HttpConnection connection;
        try {
            connection = connection(connectNanos);
        } catch (IOException e) {
            return failed(e);
        }
        boolean reusable = false;
        try {
            ClassicHttpRequest http = httpRequest();
            ClassicHttpResponse response = exchange(connection.wire(), http);
            Answer body = answers.read(
                    response.getEntity(), allowance(), () -> call.ended().isPresent());
            reusable = !connection.hasLeftovers()
                    && DefaultConnectionReuseStrategy.INSTANCE.keepAlive(http, response, HttpCoreContext.create());
            return answered(response, body);
        } catch (IOException | HttpException e) {
            return failed(e);
        } finally {
            if (call.letGo() && reusable) {
                replica.giveBack(connection);
            } else {
                connection.close();
            }
        }
    }

    private HttpConnection connection(long connectNanos) throws IOException {
        Optional<HttpConnection> idle = replica.takeIdle();
        if (idle.isEmpty()) {
            return replica.connector().connect(call, connectNanos);
        }
        HttpConnection connection = idle.get();
        if (!call.uses(connection)) {
            connection.close();
            throw new IOException("the call ended before it was sent");
        }
        return connection;
    }

    private ClassicHttpRequest httpRequest() {
        Origin origin = replica.origin();
        // the constructor with a host, even null, does not parse the path as a URI
        ClassicHttpRequest http = new BasicClassicHttpRequest(
                "POST", (HttpHost) null, origin.basePath() + request.line().path());
        headers.addTo(http, origin.hostHeader(), request, clock);
        OptionalInt priority = request.model().tuning().priority();
        RequestBody.Loaded loaded = request.loaded();
        ByteArrayEntity body = priority.isPresent()
                ? withPriority(priority.getAsInt(), loaded)
                : new ByteArrayEntity(loaded.buffer(), loaded.start(), loaded.length(), ContentType.APPLICATION_JSON);
        http.addHeader("Content-Length", Long.toString(body.getContentLength()));
        http.setEntity(body);
        return http;
    }

    /** Inserts the priority as the first member. A priority in the line itself follows it and therefore takes precedence. */
    private static ByteArrayEntity withPriority(int priority, RequestBody.Loaded loaded) {
        byte[] member = ("{\"priority\":" + priority + ",").getBytes(StandardCharsets.US_ASCII);
        byte[] body = Arrays.copyOf(member, member.length + loaded.length() - 1);
        System.arraycopy(loaded.buffer(), loaded.start() + 1, body, member.length, loaded.length() - 1);
        return new ByteArrayEntity(body, ContentType.APPLICATION_JSON);
    }

    private ClassicHttpResponse exchange(DefaultBHttpClientConnection wire, ClassicHttpRequest http)
            throws IOException, HttpException {
        sent = true;
        IOException unsent = null;
        try {
            wire.sendRequestHeader(http);
            wire.sendRequestEntity(http);
            wire.flush();
        } catch (IOException e) {
            // the server may have answered early, to reject a large body, and closed the connection
            unsent = e;
        }
        ClassicHttpResponse response = head(wire, unsent);
        if (MessageSupport.canResponseHaveBody(http.getMethod(), response)) {
            wire.receiveResponseEntity(response);
        }
        return response;
    }

    /** Reads the header of the final answer, skipping interim (1xx) answers. */
    private static ClassicHttpResponse head(DefaultBHttpClientConnection wire, @Nullable IOException unsent)
            throws IOException, HttpException {
        try {
            ClassicHttpResponse response = wire.receiveResponseHeader();
            while (response.getCode() < HttpStatus.SC_OK) {
                response = wire.receiveResponseHeader();
            }
            return response;
        } catch (IOException | HttpException e) {
            if (unsent != null) {
                throw unsent;
            }
            throw e;
        }
    }

    private Outcome answered(ClassicHttpResponse response, Answer body) {
        boolean mayAskToWait = response.getCode() >= HttpStatus.SC_REDIRECTION;
        String requestId = value(response, "x-request-id");
        return new Outcome.Answered(
                response.getCode(),
                body,
                value(response, "Content-Type"),
                Optional.of(value(response, "Location")).filter(location -> !location.isEmpty()),
                requestId.isEmpty() || requestId.length() > LONGEST_REQUEST_ID ? request.id() : requestId,
                mayAskToWait ? RetryAfter.of(response, clock.instant()) : Optional.empty(),
                Optional.of(value(response, "x-llm-d-request-dropped-reason")).filter(reason -> !reason.isEmpty()));
    }

    /** Returns the part of the grant that is left for the answer. */
    private AnswerAllowance allowance() {
        boolean copied = request.model().tuning().priority().isPresent();
        RequestBody body = request.body();
        return new AnswerAllowance(request.control().grant(), body.loadedBytes() + (copied ? body.length() : 0));
    }

    private static String value(ClassicHttpResponse response, String name) {
        Header header = response.getFirstHeader(name);
        return header == null || header.getValue() == null ? "" : header.getValue();
    }

    private Outcome failed(Exception e) {
        Optional<OpenCall.End> end = call.ended();
        if (end.isEmpty()) {
            String reason = sent
                    ? FailureReason.ofExchange(e, replica.origin())
                    : FailureReason.ofConnecting(e, replica.origin());
            return e instanceof AnswerTooLargeException || e instanceof BrokenCodingException.Unknown
                    ? new Outcome.AnswerTooLarge(reason)
                    : new Outcome.Unreachable(reason, sent);
        }
        return switch (end.get()) {
            case CUT -> new Outcome.Cancelled();
            case DEADLINE ->
                sent
                        ? new Outcome.TimedOut()
                        : new Outcome.Unreachable(replica.origin() + " did not accept a connection in time", false);
        };
    }
}
