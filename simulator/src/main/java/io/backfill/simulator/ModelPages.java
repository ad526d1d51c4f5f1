package io.backfill.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.backfill.simulator.answers.ErrorBody;
import io.backfill.simulator.answers.ServedModels;
import io.backfill.simulator.answers.VllmMetrics;
import io.backfill.simulator.http.Bytes;
import io.backfill.simulator.http.Responder;
import java.io.IOException;
import java.net.URLDecoder;

/** The pages of a model server about itself: models, health, metrics. */
final class ModelPages {
    private static final String MODELS = "/v1/models";
    private static final long CREATED = 1_700_000_000L;

    private final ServedModels models;
    private final VllmMetrics metrics;

    ModelPages(ServedModels models, VllmMetrics metrics) {
        this.models = models;
        this.metrics = metrics;
    }

    boolean answer(String path, Responder responder) throws IOException {
        if (path.equals("/health")) {
            responder.send(200, "text/plain", responder.body());
        } else if (path.equals("/metrics")) {
            metrics.write(responder.body());
            responder.send(200, "text/plain; version=0.0.4; charset=utf-8", responder.body());
        } else if (path.equals(MODELS)) {
            list(responder);
        } else if (path.startsWith(MODELS + "/")) {
            // In a path, unlike in a form, a plus sign does not mean a space.
            String encoded = path.substring(MODELS.length() + 1).replace("+", "%2B");
            one(URLDecoder.decode(encoded, UTF_8), responder);
        } else {
            return false;
        }
        return true;
    }

    private void list(Responder responder) throws IOException {
        Bytes out = responder.body().text("{\"object\":\"list\",\"data\":[");
        for (int i = 0; i < models.names().size(); i++) {
            out.text(i == 0 ? "" : ",");
            put(models.names().get(i), out);
        }
        out.text("]}");
        responder.sendJson(200);
    }

    private void one(String name, Responder responder) throws IOException {
        if (models.serves(name)) {
            put(name, responder.body());
            responder.sendJson(200);
        } else {
            ErrorBody.invalid(404, "The model `" + name + "` does not exist.", "model", "model_not_found")
                    .send(responder);
        }
    }

    private static void put(String name, Bytes out) {
        out.text("{\"id\":")
                .jsonString(name)
                .text(",\"object\":\"model\",\"created\":")
                .number(CREATED);
        out.text(",\"owned_by\":\"backfill-simulator\",\"root\":").jsonString(name);
        out.text(",\"parent\":null,\"max_model_len\":32768}");
    }
}
