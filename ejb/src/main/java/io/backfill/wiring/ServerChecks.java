package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import javax.sql.DataSource;

/**
 * Checks that the server has what the application needs. A server that others configured may lack some of it; each message is one
 * line, with the command that mends it. What the node cannot work without fails the start, once everything was checked.
 */
final class ServerChecks {
    private static final String JOBS_DATA_SOURCE = "java:jboss/datasources/BackfillJobs";

    /** The connections that the passes and a few requests use at once; with fewer they would wait for each other. */
    private static final int LEAST_CONNECTIONS = 16;

    private final Setup setup;
    private final ServerModel server;
    private final List<String> missing = new ArrayList<>();

    private ServerChecks(Setup setup, ServerModel server) {
        this.setup = setup;
        this.server = server;
    }

    /**
     * Checks the database and the server. A server that boots shows its configuration only later; then {@link #checkServer} checks it.
     *
     * @throws IllegalStateException when the node cannot work, with all reasons
     */
    static void check(Setup setup, DataSource database) {
        if (!setup.profile().shared()) {
            setup.profile().refuseOtherDatabase(url(database));
        }
        ServerChecks checks = new ServerChecks(setup, new ServerModel());
        checks.notifications();
        checks.configuration();
    }

    /**
     * Checks the server once it has booted.
     *
     * @throws IllegalStateException when the node cannot work, with all reasons
     */
    static void checkServer(Setup setup) {
        new ServerChecks(setup, new ServerModel()).configuration();
    }

    /** Whether {@link #check} could check the server already. */
    static boolean serverIsShown() {
        return new ServerModel().isShown();
    }

    private void configuration() {
        if (server.isShown()) {
            subsystems();
            dataSource(Backends.DATA_SOURCE);
            dataSource(JOBS_DATA_SOURCE);
            jobThreads();
            bodyLimits();
            suspendTime();
        }
        if (!missing.isEmpty()) {
            throw new IllegalStateException(String.join("; ", missing));
        }
    }

    /**
     * Returns the URL of a connection.
     *
     * @throws IllegalStateException when the data source gives none
     */
    static String url(DataSource database) {
        try (Connection connection = database.getConnection()) {
            return connection.getMetaData().getURL();
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "the data source " + Backends.DATA_SOURCE + " does not give a connection: " + e.getMessage(), e);
        }
    }

    private void subsystems() {
        if (!server.hasSubsystem("ejb3")) {
            missing.add("the server has no subsystem ejb3, which starts the background work; install.cli adds it");
        }
        if (!server.hasSubsystem("microprofile-health-smallrye")) {
            LOG.serverLacks(
                    "the server has no subsystem microprofile-health-smallrye, so /health does not show whether this"
                            + " application is ready; install.cli adds it");
        }
    }

    private void dataSource(String jndiName) {
        server.dataSource(jndiName).ifPresent(source -> {
            String change = "; /subsystem=datasources/data-source=" + source.name() + ":write-attribute";
            if (source.jta()) {
                missing.add("the data source " + jndiName
                        + " takes part in JTA transactions, so a chunk of a job would keep" + " a connection" + change
                        + "(name=jta, value=false)");
            }
            int pool = source.pool().orElse(LEAST_CONNECTIONS);
            if (pool < LEAST_CONNECTIONS) {
                missing.add("the data source " + jndiName + " has at most " + pool + " connections, and at least "
                        + LEAST_CONNECTIONS + " are needed" + change + "(name=max-pool-size, value=32)");
            }
        });
    }

    private void jobThreads() {
        int wanted = setup.settings().integer(Setting.JOBS_THREADS);
        OptionalInt threads = server.jobThreads("backfill");
        if (threads.orElse(wanted) < wanted) {
            missing.add("the thread pool backfill of the subsystem batch-jberet has " + threads.getAsInt()
                    + " threads, fewer than "
                    + Setting.JOBS_THREADS.key() + " (" + wanted
                    + "), so jobs would wait for each other; /subsystem=batch-jberet/thread-pool=backfill:write-attribute(name="
                    + "max-threads, value=" + wanted + ")");
        }
    }

    private void bodyLimits() {
        long wanted = setup.configs().files().maxUploadBytes();
        for (ServerModel.Listener listener : server.listeners()) {
            if (listener.bodyLimit() > 0 && listener.bodyLimit() < wanted) {
                LOG.serverLacks("the server refuses request bodies over " + listener.bodyLimit()
                        + " bytes before this application sees"
                        + " them, and " + Setting.FILES_MAX_UPLOAD_BYTES.key() + " is " + wanted + "; "
                        + listener.address()
                        + ":write-attribute(name=max-post-size, value=0), and reload");
            }
        }
    }

    private void suspendTime() {
        Duration grace = setup.configs().dispatch().grace();
        int seconds = Integer.getInteger("org.wildfly.sigterm.suspend.timeout", 0);
        if (seconds >= 0 && seconds < grace.toSeconds()) {
            LOG.serverLacks(
                    "a stop by SIGTERM waits " + seconds + " s for open calls, less than " + Setting.JOBS_GRACE.key()
                            + " (" + grace + "); /system-property=org.wildfly.sigterm.suspend.timeout:add(value="
                            + (grace.toSeconds() + 5) + ")");
        }
    }

    private void notifications() {
        if (setup.profile() != Profile.SINGLE) {
            return;
        }
        try {
            Class.forName("org.postgresql.PGConnection", false, ServerChecks.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            missing.add("the server has no module org.postgresql, whose classes receive notifications of the database;"
                    + " install-postgresql.cli adds it");
        }
    }
}
