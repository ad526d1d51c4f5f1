package io.backfill.simulator;

import io.backfill.simulator.answers.ErrorBody;
import io.backfill.simulator.answers.InferenceCalls;
import io.backfill.simulator.http.Exchange;
import io.backfill.simulator.http.HttpRequest;
import io.backfill.simulator.http.Responder;
import java.io.IOException;

/** Routes each request to the part that answers it. */
final class Routes implements Exchange {
    private final InferenceCalls calls;
    private final ModelPages pages;
    private final AdminPages admin;

    Routes(InferenceCalls calls, ModelPages pages, AdminPages admin) {
        this.calls = calls;
        this.pages = pages;
        this.admin = admin;
    }

    @Override
    public void answer(HttpRequest request, Responder responder) throws IOException {
        boolean answered = (request.method().equals("POST") && calls.answer(request, responder))
                || (request.method().equals("GET") && pages.answer(request.path(), responder))
                || admin.answer(request, responder);
        if (!answered) {
            String what = request.method() + " " + request.path();
            ErrorBody.invalid(404, "Invalid URL (" + what + ")", "", "").send(responder);
        }
    }
}
