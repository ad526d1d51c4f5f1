package io.backfill.models.yaml;

import io.backfill.models.ContextLength;
import io.backfill.models.HotPrefixGuard;
import io.backfill.models.MinuteBudget;
import io.backfill.models.ModelTuning;
import io.backfill.models.Placement;
import io.backfill.models.Protection;
import io.backfill.models.RouterHeaders;
import io.backfill.replicas.WeightedScorers;
import io.backfill.tenants.TenantId;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Reads the settings that control where a model's calls are placed and how much capacity is left to other clients. */
final class TuningEntry {
    static final Set<String> KEYS = Set.of(
            "protect-interactive",
            "placement",
            "router-headers",
            "objective",
            "priority",
            "tokens-per-minute",
            "requests-per-minute");

    private static final Duration SHORTEST_TARGET = Duration.ofMillis(1);
    private static final Duration LONGEST_TARGET = Duration.ofMinutes(10);
    private static final int MOST = 999_999_999;

    private final YamlMapping entry;
    private final Map<URI, ContextLength> contextLengths;

    /** @param contextLengths the prompt lengths for which the model's replicas are intended */
    TuningEntry(YamlMapping entry, Map<URI, ContextLength> contextLengths) {
        this.entry = entry;
        this.contextLengths = contextLengths;
    }

    /** Returns {@code preset}, overridden by the settings of the entry. */
    ModelTuning above(ModelTuning preset) throws ModelsFileException {
        return new ModelTuning(
                placement(preset.placement()).withContextLengths(contextLengths),
                protection(preset.protection()),
                router(preset.router()),
                priority(preset.priority()),
                budget("tokens-per-minute", preset.tokens()),
                budget("requests-per-minute", preset.requests()));
    }

    private Optional<Protection> protection(Optional<Protection> preset) throws ModelsFileException {
        if (!entry.keys().contains("protect-interactive")) {
            return preset;
        }
        if (entry.isText("protect-interactive")) {
            if (entry.text("protect-interactive").filter("off"::equals).isPresent()) {
                return Optional.empty();
            }
            throw entry.notExpected("protect-interactive", "off, or keys such as waiting and running-target");
        }
        YamlMapping keys = entry.mapping("protect-interactive", "protect-interactive")
                .orElseThrow(() -> entry.notExpected("protect-interactive", "off, or keys such as waiting"));
        keys.allowOnly(Set.of("waiting", "running-target", "kv-usage", "ttft", "itl"));
        boolean required = keys.keys().stream().anyMatch(key -> !key.equals("ttft") && !key.equals("itl"));
        Optional<Integer> target = keys.whole("running-target", 1, 100_000);
        return Optional.of(new Protection(
                required,
                keys.whole("waiting", 1, 10_000).orElse(Protection.DEFAULT.waiting()),
                target.isPresent() ? OptionalInt.of(target.get()) : OptionalInt.empty(),
                keys.share("kv-usage").orElse(Protection.DEFAULT.kvUsage()),
                keys.duration("ttft", SHORTEST_TARGET, LONGEST_TARGET),
                keys.duration("itl", SHORTEST_TARGET, LONGEST_TARGET)));
    }

    private Placement placement(Placement preset) throws ModelsFileException {
        if (!entry.keys().contains("placement")) {
            return preset;
        }
        if (entry.isText("placement")) {
            return new Placement(
                    isRanges(entry, "placement"),
                    preset.cursors(),
                    preset.scorers(),
                    preset.hotPrefixGuard(),
                    preset.contextLengths());
        }
        YamlMapping keys = entry.mapping("placement", "placement")
                .orElseThrow(() -> entry.notExpected("placement", "ranges or scored"));
        keys.allowOnly(Set.of("mode", "cursors", "scorers", "explore", "most-behind"));
        return new Placement(
                keys.keys().contains("mode") ? isRanges(keys, "mode") : preset.ranges(),
                keys.whole("cursors", 1, 256).orElse(preset.cursors()),
                scorers(keys, preset.scorers()),
                new HotPrefixGuard(
                        keys.whole("explore", 0, 100)
                                .orElse(preset.hotPrefixGuard().explore()),
                        keys.whole("most-behind", 0, MOST)
                                .orElse(preset.hotPrefixGuard().mostBehind())),
                preset.contextLengths());
    }

    private static boolean isRanges(YamlMapping mapping, String key) throws ModelsFileException {
        return switch (mapping.text(key).orElse("")) {
            case "ranges" -> true;
            case "scored" -> false;
            default -> throw mapping.notExpected(key, "ranges or scored");
        };
    }

    private static Map<String, Double> scorers(YamlMapping placement, Map<String, Double> preset)
            throws ModelsFileException {
        Optional<YamlMapping> scorers = placement.mapping("scorers", "scorers");
        if (scorers.isEmpty()) {
            return preset;
        }
        scorers.get().allowOnly(WeightedScorers.names());
        Map<String, Double> weights = new HashMap<>();
        for (String name : scorers.get().keys()) {
            weights.put(name, (double) scorers.get().whole(name, 0, 1000).orElseThrow());
        }
        return weights;
    }

    private RouterHeaders router(RouterHeaders preset) throws ModelsFileException {
        Optional<String> kind = entry.text("router-headers");
        Optional<String> objective = entry.text("objective");
        RouterHeaders.Kind named = preset.kind();
        if (kind.isPresent()) {
            named = switch (kind.get()) {
                case "none" -> RouterHeaders.Kind.NONE;
                case "llm-d" -> RouterHeaders.Kind.LLM_D;
                case "gateway-api" -> RouterHeaders.Kind.GATEWAY_API;
                default -> throw entry.notExpected("router-headers", "none, llm-d or gateway-api");
            };
        }
        if (objective.isPresent() && named == RouterHeaders.Kind.NONE) {
            throw entry.unusable("objective", "an objective is sent only to a router; also set router-headers");
        }
        if (objective.isPresent() && !objective.get().matches("[\\x21-\\x7e]{1,253}")) {
            throw entry.notExpected("objective", "a name of visible ASCII characters");
        }
        return new RouterHeaders(named, objective);
    }

    private OptionalInt priority(OptionalInt preset) throws ModelsFileException {
        Optional<String> text = entry.text("priority");
        if (text.isEmpty()) {
            return preset;
        }
        if (!text.get().matches("-?[0-9]{1,8}")) {
            throw entry.notExpected("priority", "a whole number");
        }
        return OptionalInt.of(Integer.parseInt(text.get()));
    }

    private MinuteBudget budget(String key, MinuteBudget preset) throws ModelsFileException {
        if (!entry.keys().contains(key)) {
            return preset;
        }
        if (entry.isText(key)) {
            return new MinuteBudget(OptionalLong.of(entry.whole(key, 1, MOST).orElseThrow()), Map.of());
        }
        YamlMapping keys = entry.mapping(key, key)
                .orElseThrow(() -> entry.notExpected(key, "a whole number, or default and tenants"));
        keys.allowOnly(Set.of("default", "tenants"));
        Optional<Integer> byDefault = keys.whole("default", 1, MOST);
        Map<TenantId, Long> tenants = new HashMap<>();
        Optional<YamlMapping> listed = keys.mapping("tenants", "the tenants");
        if (listed.isPresent()) {
            for (String name : listed.get().keys()) {
                tenants.put(tenant(listed.get(), name), (long)
                        listed.get().whole(name, 1, MOST).orElseThrow());
            }
        }
        return new MinuteBudget(
                byDefault.isPresent() ? OptionalLong.of(byDefault.get()) : OptionalLong.empty(), tenants);
    }

    private static TenantId tenant(YamlMapping listed, String name) throws ModelsFileException {
        try {
            return new TenantId(name);
        } catch (IllegalArgumentException e) {
            throw listed.unusable(name, String.valueOf(e.getMessage()));
        }
    }
}
