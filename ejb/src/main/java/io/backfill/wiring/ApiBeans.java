package io.backfill.wiring;

import io.backfill.batches.BatchConfig;
import io.backfill.door.FrontDoor;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FileConfig;
import io.backfill.models.ModelDirectory;
import io.backfill.service.BatchOperations;
import io.backfill.service.BatchService;
import io.backfill.service.FileService;
import io.backfill.service.MessageBatchService;
import io.backfill.service.RerunService;
import io.backfill.service.ResultService;
import io.backfill.service.SteeringService;
import io.backfill.service.UploadService;
import io.backfill.service.WebhookService;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.auth.BrowserGuard;
import io.backfill.tenants.auth.MetricsAccess;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.inject.Singleton;

/** Produces what the HTTP API injects. */
@Dependent
public class ApiBeans {
    private final Node node;

    @Inject
    ApiBeans(StartedNode started) {
        this.node = started.node();
    }

    @Produces
    @Singleton
    ModelDirectory modelDirectory() {
        return node.backends().models();
    }

    /** Has a name, because an alternative that a team deploys is without one, and is used by the node and not by the filter. */
    @Produces
    @Singleton
    @Named(Authenticator.OF_NODE)
    Authenticator authenticator() {
        if (node.setup().role().servesApi()) {
            return node.access().authentication().authenticator();
        }
        return credentials -> {
            throw new BackfillException(
                    ErrorCode.UNAVAILABLE,
                    "This node only processes batches. Send requests to a node with " + Setting.ROLE.variable()
                            + "=all or api.");
        };
    }

    @Produces
    @Singleton
    BrowserGuard browserGuard() {
        return node.setup().configs().browsers();
    }

    @Produces
    @Singleton
    MetricsAccess metricsAccess() {
        return node.setup().configs().metrics();
    }

    @Produces
    @Singleton
    FrontDoor frontDoor() {
        return node.access().door();
    }

    @Produces
    @Singleton
    FileConfig fileConfig() {
        return node.setup().configs().files();
    }

    @Produces
    @Singleton
    BatchConfig batchConfig() {
        return node.setup().configs().batches();
    }

    @Produces
    @Singleton
    FileService fileService() {
        return new FileService(
                node.backends().storage().store(),
                node.backends().catalogs().files(),
                node.backends().catalogs().storage(),
                node.timeAndIds().ids(),
                node.timeAndIds().time(),
                node.setup().configs().files());
    }

    @Produces
    @Singleton
    UploadService uploadService() {
        return new UploadService(
                new UploadService.Ports(
                        node.backends().catalogs().uploads(),
                        node.backends().catalogs().uploads(),
                        node.backends().catalogs().storage(),
                        node.backends().storage().store(),
                        node.backends().catalogs().files()),
                node.timeAndIds().ids(),
                node.timeAndIds().time(),
                node.setup().configs().files());
    }

    @Produces
    @Singleton
    BatchOperations batchOperations() {
        Catalogs catalogs = node.backends().catalogs();
        return new BatchOperations(
                catalogs.batches(),
                catalogs.supervision(),
                catalogs.lifecycle(),
                node.backends().queueAndEvents().queue(),
                node.backends().queueAndEvents().events());
    }

    @Produces
    @Singleton
    ResultService resultService() {
        Feeds feeds = node.access().feeds();
        return new ResultService(node.backends().catalogs().batches(), feeds.source(), feeds.followers());
    }

    @Produces
    @Singleton
    RerunService rerunService(BatchService batches) {
        return new RerunService(
                batches,
                node.backends().catalogs().files(),
                node.backends().storage().store(),
                node.timeAndIds().time());
    }

    @Produces
    @Singleton
    SteeringService steeringService() {
        Catalogs catalogs = node.backends().catalogs();
        return new SteeringService(
                catalogs.batches(),
                catalogs.steering(),
                node.backends().queueAndEvents().queue(),
                node.backends().queueAndEvents().events());
    }

    @Produces
    @Singleton
    BatchService batchService() {
        Catalogs catalogs = node.backends().catalogs();
        return new BatchService(
                new BatchService.Ports(
                        catalogs.batches(),
                        catalogs.lifecycle(),
                        catalogs.ended(),
                        node.backends().queueAndEvents().queue(),
                        node.backends().queueAndEvents().events(),
                        catalogs.files()),
                node.timeAndIds().ids(),
                node.timeAndIds().time(),
                node.setup().configs().batches(),
                node.access().headerKeys(),
                node.traces());
    }

    @Produces
    @Singleton
    WebhookService webhookService() {
        return node.webhooks().service();
    }

    @Produces
    @Singleton
    MessageBatchService messageBatchService(BatchService batches, FileService files, ModelDirectory models) {
        return new MessageBatchService(
                new MessageBatchService.Ports(
                        batches, files, node.backends().catalogs().batches(), models),
                node.setup().configs().batches(),
                node.setup().configs().plan());
    }
}
