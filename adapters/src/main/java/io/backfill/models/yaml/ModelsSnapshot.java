package io.backfill.models.yaml;

import io.backfill.models.Model;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The models as read from the file at one time. */
final class ModelsSnapshot {
    static final ModelsSnapshot EMPTY = new ModelsSnapshot(Map.of(), Optional.empty());

    /** Limit on remembered catch-all models, whose names are chosen by clients. Beyond it, they are created for every look-up. */
    private static final int REMEMBERED = 4096;

    private final List<Model> listed;
    /** The values are ready to be returned, because {@link #find} is called for every line. */
    private final Map<String, Optional<Model>> byName = new HashMap<>();

    private final Optional<Model> catchAll;
    private final ConcurrentMap<String, Optional<Model>> caught = new ConcurrentHashMap<>();

    /** @param models the listed models in the order of the file */
    ModelsSnapshot(Map<String, Model> models, Optional<Model> catchAll) {
        this.listed = List.copyOf(models.values());
        this.catchAll = catchAll;
        models.forEach((name, model) -> byName.put(name, Optional.of(model)));
    }

    List<Model> listed() {
        return listed;
    }

    boolean isListed(String name) {
        return byName.containsKey(name);
    }

    Optional<Model> find(String name) {
        Optional<Model> model = byName.getOrDefault(name, Optional.empty());
        return model.isPresent() || catchAll.isEmpty() ? model : catchAll(name, catchAll.get());
    }

    private Optional<Model> catchAll(String name, Model template) {
        Optional<Model> known = caught.get(name);
        if (known != null) {
            return known;
        }
        Optional<Model> made = Optional.of(named(name, template));
        if (caught.size() >= REMEMBERED) {
            return made;
        }
        Optional<Model> first = caught.putIfAbsent(name, made);
        return first == null ? made : first;
    }

    private static Model named(String name, Model template) {
        return new Model(
                name,
                template.replicas(),
                template.maxInFlight(),
                template.timeout(),
                template.retry(),
                template.apiKeyFile(),
                template.overrideAuthorization(),
                template.headers(),
                template.tls(),
                template.tuning());
    }
}
