package io.backfill.simulator;

import io.backfill.simulator.answers.ErrorBody;
import io.backfill.simulator.answers.OpenRequests;
import io.backfill.simulator.engine.Engine;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.engine.LatencyEngine;
import io.backfill.simulator.faults.FaultRules;
import io.backfill.simulator.faults.FaultSwitch;
import io.backfill.simulator.http.HttpRequest;
import io.backfill.simulator.http.Responder;
import io.backfill.simulator.ledger.Ledger;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The pages that control a test: faults, latency, ledger and counts. Requests to them are not recorded in the ledger
 * and not subject to faults.
 */
final class AdminPages {
    private static final int PIECE = 64 << 10;

    private final FaultSwitch faults;
    private final Engine engine;
    private final Ledger ledger;
    private final OpenRequests open;

    AdminPages(FaultSwitch faults, Engine engine, Ledger ledger, OpenRequests open) {
        this.faults = faults;
        this.engine = engine;
        this.ledger = ledger;
        this.open = open;
    }

    boolean answer(HttpRequest request, Responder responder) throws IOException {
        switch (request.method() + " " + request.path()) {
            case "GET /admin/faults" -> faults(responder);
            case "PUT /admin/faults" -> changeFaults(request, responder);
            case "DELETE /admin/faults" -> {
                faults.rules(FaultRules.NONE);
                faults(responder);
            }
            case "GET /admin/latency" -> readLatency(responder);
            case "PUT /admin/latency" -> changeLatency(request, responder);
            case "GET /admin/ledger" -> ledger(responder);
            case "DELETE /admin/ledger" -> {
                ledger.clear();
                open.clear();
                stats(responder);
            }
            case "GET /admin/stats" -> stats(responder);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void faults(Responder responder) throws IOException {
        responder.body().text(faults.rules().toJson()).text("\n");
        responder.sendJson(200);
    }

    private void changeFaults(HttpRequest request, Responder responder) throws IOException {
        try {
            faults.rules(FaultRules.parse(request.bodyText()));
            faults(responder);
        } catch (IllegalArgumentException wrong) {
            refuse(wrong, responder);
        }
    }

    private LatencyEngine timed() {
        if (engine instanceof LatencyEngine timed) {
            return timed;
        }
        throw new IllegalArgumentException("the batching engine has no latency setting");
    }

    private void readLatency(Responder responder) throws IOException {
        try {
            latency(responder);
        } catch (IllegalArgumentException wrong) {
            refuse(wrong, responder);
        }
    }

    private void latency(Responder responder) throws IOException {
        responder.body().text(timed().latency().toString()).text("\n");
        responder.send(200, "text/plain", responder.body());
    }

    private void changeLatency(HttpRequest request, Responder responder) throws IOException {
        try {
            timed().latency(Latency.parse(request.bodyText()));
            latency(responder);
        } catch (IllegalArgumentException wrong) {
            refuse(wrong, responder);
        }
    }

    private void ledger(Responder responder) throws IOException {
        responder.startStream("application/x-ndjson");
        try {
            ledger.lines(responder.body(), () -> flushFull(responder));
        } catch (UncheckedIOException clientGone) {
            throw clientGone.getCause();
        }
        responder.endStream();
    }

    private static void flushFull(Responder responder) {
        if (responder.body().length() >= PIECE) {
            try {
                responder.sendChunk();
            } catch (IOException clientGone) {
                throw new UncheckedIOException(clientGone);
            }
        }
    }

    private void stats(Responder responder) throws IOException {
        OpenRequests.Stats stats = open.stats();
        long cpuMillis = ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(cpu -> cpu.toMillis())
                .orElse(0L);
        responder.body().text("{\"received\":").number(stats.received());
        responder.body().text(",\"open\":").number(stats.open());
        responder.body().text(",\"mostOpen\":").number(stats.mostOpen());
        responder.body().text(",\"cpuMillis\":").number(cpuMillis).text("}\n");
        responder.sendJson(200);
    }

    private static void refuse(IllegalArgumentException wrong, Responder responder) throws IOException {
        ErrorBody.invalid(400, String.valueOf(wrong.getMessage()), "", "").send(responder);
    }
}
