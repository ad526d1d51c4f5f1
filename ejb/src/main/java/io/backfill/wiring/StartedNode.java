package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.catalog.jpa.CatalogUnit;
import io.backfill.k8s.KubernetesCluster;
import io.backfill.k8s.KubernetesShardJobs;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManagerFactory;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;

/** Builds the node from its settings, and releases what it holds at the end. */
@ApplicationScoped
public class StartedNode {
    /** System property of a server that runs only this application: a failed start ends the process. */
    private static final String HALT = "io.backfill.halt-on-failed-start";

    private static final int EXIT_REFUSED = 2;

    @Inject
    private Config config;

    @Resource(lookup = "java:app/env/jdbc/Backfill")
    private DataSource database;

    private EntityManagerFactory entityManagers;

    private Node node;

    @PostConstruct
    void start() {
        try {
            entityManagers = CatalogUnit.open(database);
            node = new NodeBuilder(config, database, entityManagers).build();
        } catch (RuntimeException | LinkageError e) {
            if (e instanceof IllegalArgumentException || e instanceof IllegalStateException) {
                LOG.refused(String.valueOf(e.getMessage()));
            } else {
                LOG.cannotStart(String.valueOf(e.getMessage()), e);
            }
            if (Boolean.getBoolean(HALT)) {
                // halt() is safe because nothing was claimed or acknowledged yet; exit() would wait for the start of
                // the server, which waits for this method
                Runtime.getRuntime().halt(EXIT_REFUSED);
            }
            throw e;
        }
    }

    @PreDestroy
    void close() {
        node.threads().stop();
        node.backends().queueAndEvents().end().run();
        node.work().pods().jobs().ifPresent(KubernetesShardJobs::close);
        node.work().pods().cluster().ifMade().ifPresent(KubernetesCluster::close);
        node.sending().sender().close();
        entityManagers.close();
        node.setup().folder().close();
    }

    Node node() {
        return node;
    }
}
