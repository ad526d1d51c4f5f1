package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;

/** Builds the node from its settings, and releases what it holds when it ends or cannot start. */
@ApplicationScoped
public class StartedNode {
    /** System property of a server that runs only this application: a failed start ends the process. */
    private static final String HALT = "io.backfill.halt-on-failed-start";

    private static final int EXIT_REFUSED = 2;

    @Inject
    private Config config;

    @Resource(lookup = "java:app/env/jdbc/Backfill")
    private DataSource database;

    @Inject
    private Replacements replacements;

    private Node node;
    private final Releases releases = new Releases();

    @PostConstruct
    void start() {
        try {
            node = new NodeBuilder(config, database, replacements, releases).build();
        } catch (RuntimeException | LinkageError e) {
            refuse(e);
            // the server goes on, and the application may be deployed again
            releases.run();
            throw e;
        }
    }

    /** Logs why the node cannot start, and ends the process if it serves nothing else. */
    void refuse(Throwable why) {
        if (why instanceof IllegalArgumentException || why instanceof IllegalStateException) {
            LOG.refused(String.valueOf(why.getMessage()));
        } else {
            LOG.cannotStart(String.valueOf(why.getMessage()), why);
        }
        if (Boolean.getBoolean(HALT)) {
            // halt() is safe because nothing was claimed or acknowledged yet; exit() would wait for the start of the
            // server, which waits for this method
            Runtime.getRuntime().halt(EXIT_REFUSED);
        }
    }

    /** Releases what the node holds. A second call has no effect. */
    @PreDestroy
    void close() {
        releases.run();
    }

    Node node() {
        return node;
    }
}
