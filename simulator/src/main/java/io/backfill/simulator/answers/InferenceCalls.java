package io.backfill.simulator.answers;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.backfill.simulator.faults.FaultSwitch;
import io.backfill.simulator.http.HttpRequest;
import io.backfill.simulator.http.Responder;
import io.backfill.simulator.ledger.Ledger;
import io.backfill.simulator.ledger.RecordedHeaders;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** Receives requests to the model endpoints: reads and records each one, then has it answered. */
public final class InferenceCalls {
    /** One per connection: each connection has its own thread. */
    private static final ThreadLocal<MessageDigest> SHA256 = ThreadLocal.withInitial(InferenceCalls::newSha256);

    private final Replies replies;
    private final FaultSwitch faults;
    private final Ledger ledger;
    private final RecordedHeaders recorded;
    private final OpenRequests open;

    public InferenceCalls(
            Replies replies, FaultSwitch faults, Ledger ledger, RecordedHeaders recorded, OpenRequests open) {
        this.replies = replies;
        this.faults = faults;
        this.ledger = ledger;
        this.recorded = recorded;
        this.open = open;
    }

    /** Answers a POST. Returns false, without any effect, if its path is not an endpoint. */
    public boolean answer(HttpRequest request, Responder responder) throws IOException {
        String path = request.path();
        Optional<Endpoint> endpoint = Endpoint.ofPath(path);
        if (endpoint.isEmpty()) {
            return false;
        }
        open.enter();
        long received = System.currentTimeMillis();
        MessageDigest digest = SHA256.get();
        digest.update(request.body(), request.bodyOffset(), request.bodyLength());
        BodyDigest sha256 = new BodyDigest(digest.digest());
        ParsedBody body = read(request, replies.promptBlockTokens());
        String id = request.header("X-Request-Id").orElse("");
        if (!id.isEmpty()) {
            responder.header("X-Request-Id", id);
        }
        Ledger.Open entry = ledger.received(received, path, body.model(), sha256.bytes(), id, recorded.pack(request));
        try (Settlement settlement = new Settlement(entry, open)) {
            settle(new Call(endpoint.get(), body, sha256, settlement, responder), request, id);
        }
        return true;
    }

    private void settle(Call call, HttpRequest request, String id) throws IOException {
        try {
            String identity = id.isEmpty() ? call.digest().hex() : id;
            replies.reply(call, faults.pick(request, identity));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            call.settlement().unanswered("stopped");
            call.responder().close();
        } catch (IOException gone) {
            call.settlement().unanswered("client-gone");
            throw gone;
        }
    }

    private static ParsedBody read(HttpRequest request, int blockTokens) {
        try {
            return BodyReader.read(request.body(), request.bodyOffset(), request.bodyLength(), blockTokens);
        } catch (JsonProcessingException notJson) {
            return ParsedBody.unreadable(notJson.getOriginalMessage());
        } catch (IOException notUtf8) {
            return ParsedBody.unreadable(String.valueOf(notUtf8.getMessage()));
        }
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
