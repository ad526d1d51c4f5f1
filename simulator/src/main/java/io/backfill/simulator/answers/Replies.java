package io.backfill.simulator.answers;

import io.backfill.simulator.answers.Wording.Said;
import io.backfill.simulator.engine.Engine;
import io.backfill.simulator.engine.EngineRefusedException;
import io.backfill.simulator.engine.EngineRequest;
import io.backfill.simulator.engine.Generation;
import io.backfill.simulator.engine.Mixing;
import io.backfill.simulator.faults.FaultRule;
import io.backfill.simulator.faults.FaultSwitch.Fault;
import io.backfill.simulator.http.Responder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Answers a call: wrongly if a fault applies, with an error where vLLM would reject it, otherwise with the engine's
 * tokens.
 */
public final class Replies {
    /** Wording holds a buffer and is used by one connection's thread at a time. */
    private static final ThreadLocal<Wording> WORDING = ThreadLocal.withInitial(Wording::new);

    /** Interval between checks, while waiting for an answer, whether the client is still connected. */
    private static final long LOOK_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final ServedModels models;
    private final Engine engine;
    private final VllmMetrics metrics;

    public Replies(ServedModels models, Engine engine, VllmMetrics metrics) {
        this.models = models;
        this.engine = engine;
        this.metrics = metrics;
    }

    /** Returns the block size in tokens that the engine uses; 0 if it uses no blocks. */
    int promptBlockTokens() {
        return engine.promptBlockTokens();
    }

    void reply(Call call, Fault fault) throws IOException, InterruptedException {
        if (fault.extraMs() > 0) {
            Thread.sleep(fault.extraMs());
        }
        if (fault.rule().isPresent() && WrongAnswers.replaces(fault.rule().get().kind())) {
            wrong(call, fault.rule().get());
            return;
        }
        Optional<ErrorBody> refusal = refusal(call);
        if (refusal.isPresent()) {
            refuse(call, refusal.get());
            return;
        }
        try {
            answer(call, fault);
        } catch (EngineRefusedException refused) {
            refuse(call, refusedByEngine(refused));
        }
    }

    private void answer(Call call, Fault fault) throws IOException, InterruptedException, EngineRefusedException {
        if (call.body().stream() && call.endpoint().canStream() && fault.rule().isEmpty()) {
            stream(call);
            return;
        }
        whole(call);
        if (fault.rule().isPresent()) {
            wrong(call, fault.rule().get());
        } else {
            call.settlement().answered(200, fault.extraMs() > 0 ? "slow" : "");
            call.responder().sendJson(200);
        }
    }

    private static void refuse(Call call, ErrorBody error) throws IOException {
        call.settlement().answered(error.status(), "");
        error.send(call.responder());
    }

    private static ErrorBody refusedByEngine(EngineRefusedException refused) {
        String message = String.valueOf(refused.getMessage());
        return switch (refused.reason()) {
            case TOO_LARGE -> ErrorBody.invalid(refused.status(), message, "", "context_length_exceeded");
            case PRIORITY_IS_OFF -> ErrorBody.invalid(refused.status(), message, "priority", "");
            case QUEUE_IS_FULL -> new ErrorBody(refused.status(), message, "server_error", "", "");
        };
    }

    private Optional<ErrorBody> refusal(Call call) {
        ParsedBody body = call.body();
        if (!body.unreadable().isEmpty()) {
            String message = "We could not parse the JSON body of your request: " + body.unreadable();
            return Optional.of(ErrorBody.invalid(400, message, "", ""));
        }
        if (!models.serves(models.orFirst(body.model()))) {
            String message = "The model `" + body.model() + "` does not exist.";
            return Optional.of(ErrorBody.invalid(404, message, "model", "model_not_found"));
        }
        if (!body.promptGiven()) {
            String member = call.endpoint().promptMember();
            return Optional.of(ErrorBody.invalid(
                    400, "Missing required parameter: '" + member + "'.", member, "missing_required_parameter"));
        }
        if (body.stream() && call.endpoint().hasOneChoice()) {
            return Optional.of(ErrorBody.invalid(
                    400, "This simulator streams chat and completions only.", "stream", "unsupported_value"));
        }
        return Optional.empty();
    }

    /** Writes the correct answer to the responder's body once the engine has generated it. */
    private void whole(Call call) throws IOException, InterruptedException, EngineRefusedException {
        List<Said> said = said(call);
        Answer answer;
        try (Generation generation = engine.start(request(call, said))) {
            await(generation, tokens(said), call);
            answer = answer(call, said, generation.cachedTokens());
        } catch (IOException gone) {
            metrics.aborted(models.orFirst(call.body().model()));
            throw gone;
        }
        AnswerShape.of(call.endpoint()).write(answer, call.responder().body());
        metrics.finished(answer);
    }

    /** Waits for tokens. Throws if the client has disconnected: an engine drops such requests. */
    private static void await(Generation generation, int tokens, Call call) throws IOException, InterruptedException {
        while (!generation.awaitTokens(tokens, LOOK_AFTER_NANOS)) {
            call.responder().requireClient();
        }
    }

    private void stream(Call call) throws IOException, InterruptedException, EngineRefusedException {
        List<Said> said = said(call);
        Responder responder = call.responder();
        TextShape shape = call.endpoint() == Endpoint.CHAT ? TextShape.CHAT : TextShape.COMPLETIONS;
        try (Generation generation = engine.start(request(call, said))) {
            await(generation, 1, call);
            Answer answer = answer(call, said, generation.cachedTokens());
            responder.startStream("text/event-stream");
            int made = 0;
            for (int choice = 0; choice < said.size(); choice++) {
                shape.writeOpening(answer, choice, responder.body());
                int from = 0;
                for (int token = 0; token < said.get(choice).tokens(); token++) {
                    await(generation, ++made, call);
                    int to = said.get(choice).endOfToken(from);
                    shape.writePiece(answer, choice, from, to, responder.body());
                    responder.sendChunk();
                    from = to;
                }
            }
            if (call.body().usageInStream()) {
                shape.writeUsage(answer, responder.body());
            }
            metrics.finished(answer);
        } catch (IOException gone) {
            metrics.aborted(models.orFirst(call.body().model()));
            throw gone;
        }
        responder.body().text("data: [DONE]\n\n");
        call.settlement().answered(200, "");
        responder.endStream();
    }

    private static void wrong(Call call, FaultRule rule) throws IOException {
        String note = rule.kind().wireName();
        if (WrongAnswers.completes(rule.kind())) {
            call.settlement().answered(WrongAnswers.status(rule), note);
        } else {
            call.settlement().unanswered(note);
        }
        WrongAnswers.send(rule, call.responder());
    }

    private List<Said> said(Call call) {
        if (!call.endpoint().generatesText()) {
            return List.of();
        }
        ParsedBody body = call.body();
        Wording wording = WORDING.get();
        long seed = call.digest().seed();
        int choices = call.endpoint().hasOneChoice() ? 1 : body.choices();
        List<Said> said = new ArrayList<>(choices * body.prompts().size());
        for (Prompt prompt : body.prompts()) {
            for (int i = 0; i < choices; i++) {
                long choiceSeed = Mixing.mix(seed + said.size());
                said.add(wording.say(prompt, choiceSeed, body.maxTokens(), body.minTokens(), body.ignoreEos()));
            }
            if (call.endpoint().hasOneChoice()) {
                break;
            }
        }
        return said;
    }

    /**
     * Returns one sequence for each text of the answer, as the n-th choice of its prompt; without texts, one for each
     * prompt.
     */
    private EngineRequest request(Call call, List<Said> said) {
        List<Prompt> prompts = call.body().prompts();
        int count = call.endpoint().generatesText() ? said.size() : prompts.size();
        List<EngineRequest.Sequence> sequences = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Prompt prompt = prompts.get((int) ((long) i * prompts.size() / count));
            int outputTokens = said.isEmpty() ? 0 : said.get(i).tokens();
            sequences.add(new EngineRequest.Sequence(prompt.blocks(), prompt.tokens(), outputTokens));
        }
        return new EngineRequest(
                models.orFirst(call.body().model()), sequences, call.body().priority());
    }

    private Answer answer(Call call, List<Said> said, int cachedTokens) {
        String model = models.orFirst(call.body().model());
        return new Answer(call.endpoint(), call.body(), model, call.digest(), said, cachedTokens);
    }

    private static int tokens(List<Said> said) {
        int tokens = 0;
        for (Said one : said) {
            tokens += one.tokens();
        }
        return tokens;
    }
}
