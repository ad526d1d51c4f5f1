package io.backfill.simulator.answers;

import io.backfill.simulator.faults.FaultKind;
import io.backfill.simulator.faults.FaultRule;
import io.backfill.simulator.http.Bytes;
import io.backfill.simulator.http.Responder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;

/** Sends the answer that a fault rule describes, instead of the correct answer or derived from it. */
final class WrongAnswers {
    private static final byte[] PAGE = Bytes.ascii("""
            <html>
            <head><title>Bad Gateway</title></head>
            <body><h1>The upstream server could not be reached.</h1></body>
            </html>
            """);

    private WrongAnswers() {}

    /** Returns whether the fault does not need the correct answer, so that the engine is not used. */
    static boolean replaces(FaultKind kind) {
        return switch (kind) {
            case STATUS, HANG, CLOSE, HTML, EMPTY -> true;
            case SLOW, RESET, SHORT, HEADERS, TRICKLE, PRETTY, PRETTY_CRLF, BROKEN_JSON, NOT_UTF8, SSE, GZIP, LARGE ->
                false;
        };
    }

    /** Returns whether the client receives a complete HTTP response. */
    static boolean completes(FaultKind kind) {
        return switch (kind) {
            case HANG, CLOSE, RESET, SHORT, HEADERS, TRICKLE -> false;
            case STATUS, SLOW, HTML, PRETTY, PRETTY_CRLF, BROKEN_JSON, NOT_UTF8, SSE, GZIP, LARGE, EMPTY -> true;
        };
    }

    static int status(FaultRule rule) {
        return rule.status() == 0 ? 200 : rule.status();
    }

    /** Sends the answer. {@code responder.body()} holds the correct answer unless the kind {@link #replaces} it. */
    static void send(FaultRule rule, Responder responder) throws IOException {
        Bytes body = responder.body();
        switch (rule.kind()) {
            case STATUS -> {
                if (!rule.retryAfter().isEmpty()) {
                    responder.header("Retry-After", rule.retryAfter());
                }
                ErrorBody.ofStatus(rule.status()).send(responder);
            }
            case HANG -> responder.hang();
            case CLOSE -> responder.close();
            case RESET -> responder.reset(200, Responder.JSON, body);
            case SHORT -> responder.sendShort(200, Responder.JSON, body);
            case HEADERS -> responder.sendHeadersOnly(200, Responder.JSON, body);
            case TRICKLE -> responder.trickle(200, Responder.JSON, body, rule.ms());
            case GZIP -> {
                responder.header("Content-Encoding", "gzip");
                responder.send(200, Responder.JSON, compressed(body));
            }
            case LARGE -> responder.sendLarge(body, rule.bytes());
            case HTML -> {
                body.put(PAGE);
                responder.send(status(rule), "text/html", body);
            }
            case EMPTY -> responder.sendJson(status(rule));
            case SLOW -> responder.sendJson(200);
            case PRETTY -> responder.send(200, Responder.JSON, spread(body, "\n"));
            case PRETTY_CRLF -> responder.send(200, Responder.JSON, spread(body, "\r\n"));
            case BROKEN_JSON -> {
                body.truncate(body.length() / 2);
                responder.sendJson(200);
            }
            case NOT_UTF8 -> {
                spoil(body);
                responder.sendJson(200);
            }
            case SSE -> {
                Bytes events = new Bytes(body.length() + 64).text("data: ");
                events.put(body.array(), 0, body.length()).text("\n\ndata: [DONE]\n\n");
                responder.send(200, "text/event-stream", events);
            }
        }
    }

    private static Bytes compressed(Bytes body) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length());
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(body.array(), 0, body.length());
        }
        return new Bytes(compressed.size()).put(compressed.toByteArray());
    }

    /** Inserts line breaks and indentation between the tokens of JSON text without changing the tokens. */
    private static Bytes spread(Bytes json, String lineBreak) {
        Bytes spread = new Bytes(2 * json.length());
        boolean inString = false;
        int depth = 0;
        for (int i = 0; i < json.length(); i++) {
            byte b = json.array()[i];
            if (inString) {
                spread.put(b);
                if (b == '\\') {
                    spread.put(json.array()[++i]);
                }
                inString = b != '"';
            } else {
                depth -= b == '}' || b == ']' ? 1 : 0;
                if (b == '}' || b == ']') {
                    indent(spread, lineBreak, depth);
                }
                spread.put(b);
                depth += b == '{' || b == '[' ? 1 : 0;
                if (b == '{' || b == '[' || b == ',') {
                    indent(spread, lineBreak, depth);
                }
                inString = b == '"';
            }
        }
        return spread.text(lineBreak);
    }

    private static void indent(Bytes out, String lineBreak, int depth) {
        out.text(lineBreak);
        for (int i = 0; i < depth; i++) {
            out.put(' ').put(' ');
        }
    }

    /** Replaces the first letter of the second string by a byte that never occurs in UTF-8. */
    private static void spoil(Bytes json) {
        int quotes = 0;
        for (int i = 0; i < json.length(); i++) {
            if (json.array()[i] == '"' && ++quotes == 3) {
                json.array()[i + 1] = (byte) 0xff;
                return;
            }
        }
    }
}
