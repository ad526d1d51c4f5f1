package io.backfill.plan;

import io.backfill.batches.LineError;
import io.backfill.requests.Line;
import io.backfill.requests.LineRules;
import io.backfill.requests.RequestLineScanner;
import io.backfill.requests.ScannedLine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The slow obvious planner: the whole input as a string, an object per line, a set of ids. The oracle for {@link Planner}. */
final class NaivePlanner {
    private final Predicate<String> knownModel;
    private final List<LineError> errors = new ArrayList<>();
    private final Map<String, List<PlanEntry>> models = new LinkedHashMap<>();

    NaivePlanner(Predicate<String> knownModel) {
        this.knownModel = knownModel;
    }

    /** Reads an input of LF lines, without limits. */
    NaivePlanner read(String input, String endpoint) {
        Set<String> ids = new HashSet<>();
        LineRules rules = new LineRules(endpoint, endpoint::equals, knownModel, Optional::empty, ids::add);
        long offset = 0;
        int number = 0;
        for (String text : input.split("\n", -1)) {
            number++;
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            if (!text.isBlank()) {
                switch (new RequestLineScanner().scan(new Line(number, offset, bytes, 0, bytes.length, false), rules)) {
                    case ScannedLine.Bad bad -> errors.add(bad.error());
                    case ScannedLine.Request request -> {
                        List<PlanEntry> entries = models.computeIfAbsent(request.model(), name -> new ArrayList<>());
                        entries.add(new PlanEntry(
                                entries.size(),
                                number,
                                offset,
                                request.idStart(),
                                request.idLength(),
                                request.bodyStart(),
                                request.bodyLength(),
                                number));
                    }
                }
            }
            offset += bytes.length + 1;
        }
        return this;
    }

    List<LineError> errors() {
        return errors;
    }

    Map<String, List<PlanEntry>> models() {
        return models;
    }
}
