package io.backfill.plan;

import io.backfill.batches.LineError;
import io.backfill.requests.Line;
import io.backfill.requests.LineRules;
import io.backfill.requests.PromptBytes;
import io.backfill.requests.RequestLineScanner;
import io.backfill.requests.ScannedLine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * A slow, simple planner that holds the whole input as a string, an object per line, a set of ids, and a tree of prompts. The
 * oracle for {@link Planner}.
 */
final class NaivePlanner {
    private final Predicate<String> knownModel;
    private final List<LineError> errors = new ArrayList<>();
    private final Map<String, ModelLines> models = new LinkedHashMap<>();

    NaivePlanner(Predicate<String> knownModel) {
        this.knownModel = knownModel;
    }

    /** Reads an input whose lines end in LF, without limits. */
    NaivePlanner read(String input, String endpoint) {
        Set<String> ids = new HashSet<>();
        LineRules rules = new LineRules(endpoint, endpoint::equals, knownModel, Optional::empty, ids::add, true);
        long offset = 0;
        int number = 0;
        for (String text : input.split("\n", -1)) {
            number++;
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            if (!text.isBlank()) {
                switch (new RequestLineScanner()
                        .scan(new Line(number, offset, bytes, 0, bytes.length, false, false), rules)) {
                    case ScannedLine.Bad bad -> errors.add(bad.error());
                    case ScannedLine.Request request ->
                        models.computeIfAbsent(request.model(), name -> new ModelLines())
                                .add(number, offset, request, bytes);
                }
            }
            offset += bytes.length + 1;
        }
        return this;
    }

    boolean isEmpty() {
        return models.isEmpty();
    }

    List<LineError> errors() {
        return errors;
    }

    /** Returns the entries of each model in the given order. */
    Map<String, List<PlanEntry>> models(PlanOrder order) {
        Map<String, List<PlanEntry>> plans = new LinkedHashMap<>();
        models.forEach((model, lines) -> plans.put(model, lines.inOrder(order)));
        return plans;
    }

    private record PlannedLine(int number, long offset, ScannedLine.Request request) {}

    private static final class ModelLines {
        private final List<PlannedLine> lines = new ArrayList<>();
        private final NaivePrefixTree tree = new NaivePrefixTree();

        void add(int number, long offset, ScannedLine.Request request, byte[] bytes) {
            PromptBytes prompt = request.prompt();
            String salt = new String(bytes, prompt.saltStart(), prompt.saltLength(), StandardCharsets.UTF_8);
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            text.write(bytes, prompt.toolsStart(), prompt.toolsLength());
            text.write(bytes, prompt.instructionsStart(), prompt.instructionsLength());
            text.write(bytes, prompt.conversationStart(), prompt.conversationLength());
            lines.add(new PlannedLine(number, offset, request));
            tree.add(salt, text.toByteArray());
        }

        List<PlanEntry> inOrder(PlanOrder order) {
            List<Integer> places = order == PlanOrder.PREFIX
                    ? tree.depthFirst()
                    : IntStream.range(0, lines.size()).boxed().toList();
            List<PlanEntry> entries = new ArrayList<>();
            int before = -1;
            for (int place : places) {
                PlannedLine line = lines.get(place);
                entries.add(new PlanEntry(
                        entries.size(),
                        line.number,
                        line.offset,
                        line.request.idStart(),
                        line.request.idLength(),
                        line.request.bodyStart(),
                        line.request.bodyLength(),
                        tree.promptTokens(place),
                        tree.freshTokens(before, place),
                        line.request.prompt().maxTokens()));
                before = place;
            }
            return entries;
        }
    }
}
