package io.backfill.worker;

import io.backfill.models.Model;
import io.backfill.models.ModelDirectory;
import io.backfill.models.yaml.YamlModelDirectory;
import io.backfill.offload.ShardManifest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The gateway's models from the manifest, with the number of open calls that it grants one pod. They do not change while the pod
 * runs.
 */
final class PodModels implements ModelDirectory {
    private final ModelDirectory gateways;
    private final ShardManifest manifest;
    /** By name. A model that only the catch-all entry serves is added when it is first requested. */
    private final Map<String, Optional<Model>> granted = new ConcurrentHashMap<>();

    PodModels(ModelDirectory gateways, ShardManifest manifest) {
        this.gateways = gateways;
        this.manifest = manifest;
    }

    /** @throws PodFailure if the models file cannot be used in a pod */
    static PodModels read(ShardManifest manifest, Path temporary) throws PodFailure {
        return PodFiles.reading(temporary, "models.yaml", manifest.models(), file -> {
            YamlModelDirectory gateways = new YamlModelDirectory(file);
            if (gateways.problem().isPresent()) {
                throw new PodFailure(
                        ExitCode.CONFIGURATION,
                        "the models file of the gateway cannot be used in this pod: "
                                + gateways.problem().get()
                                + ". Files that it names must have absolute names and be mounted in the pods as well");
            }
            return new PodModels(gateways, manifest);
        });
    }

    @Override
    public Optional<Model> find(String name) {
        return granted.computeIfAbsent(name, wanted -> gateways.find(wanted).map(this::lowered));
    }

    private Model lowered(Model model) {
        int slots = Math.min(model.maxInFlight(), Shard.slots(manifest, model.name()));
        return new Model(
                model.name(),
                model.replicas(),
                slots,
                model.timeout(),
                model.retry(),
                model.apiKeyFile(),
                model.overrideAuthorization(),
                model.headers(),
                model.tls(),
                // budgets are fixed: a pod has no database to lease them from
                model.tuning().withBudgets((double) slots / model.maxInFlight()));
    }

    @Override
    public List<Model> listed() {
        return gateways.listed().stream().map(this::lowered).toList();
    }

    @Override
    public Optional<String> problem() {
        return gateways.problem();
    }
}
