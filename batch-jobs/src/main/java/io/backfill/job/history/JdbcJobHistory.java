package io.backfill.job.history;

import io.backfill.job.InferenceJob;
import io.backfill.retention.JobHistory;
import jakarta.annotation.Resource;
import jakarta.ejb.Local;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * Accesses the runtime's history with plain SQL on its tables, because the runtime's own removal loads all executions, and
 * the server does not expose its repository. Steps and partitions are deleted with their execution by foreign keys. The
 * runtime may keep removed executions in memory until it evicts them.
 */
@Stateless
@Local(JobHistory.class)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class JdbcJobHistory implements JobHistory {
    /** Statement time-out. The database is a local file of this node. */
    private static final int SECONDS = 30;

    /** H2's states for a table that does not exist: the runtime has not created its tables yet, and the history is empty. */
    private static final Set<String> NO_TABLE = Set.of("42S02", "42S03", "42S04");

    private static final String RUNNING = "BATCHSTATUS IN ('STARTING', 'STARTED', 'STOPPING')";

    /** The repository of a server that others configured may hold executions of other applications. */
    private static final String OURS = "JOBINSTANCEID IN (SELECT JOBINSTANCEID FROM JOB_INSTANCE WHERE JOBNAME = '"
            + InferenceJob.NAME + "' AND APPLICATIONNAME = '" + InferenceJob.APPLICATION + "')";

    private static final String ENDED =
            "NOT (" + RUNNING + ") AND COALESCE(ENDTIME, LASTUPDATEDTIME, CREATETIME) < ? AND " + OURS;
    private static final String EXIT = "STOPPED the process ended";

    /** The batch in the parameters of an execution, which the runtime stores as text, and a space; empty if there is none. */
    private static final String BATCH = "COALESCE(REGEXP_SUBSTR(JOBPARAMETERS, 'batch_[0-9a-f]+') || ' ', '')";

    @Resource(lookup = "java:app/env/jdbc/BackfillJobs")
    private DataSource database;

    /** For the container. */
    public JdbcJobHistory() {}

    JdbcJobHistory(DataSource database) {
        this.database = database;
    }

    @Override
    public int closeInterrupted(Instant boot) {
        return call(0, connection -> {
            List<Long> executions = ids(
                    connection,
                    "SELECT JOBEXECUTIONID FROM JOB_EXECUTION WHERE " + RUNNING + " AND CREATETIME < ? AND " + OURS,
                    boot);
            if (executions.isEmpty()) {
                return 0;
            }
            String interrupted = in("JOBEXECUTIONID", executions);
            update(
                    connection,
                    "UPDATE PARTITION_EXECUTION SET BATCHSTATUS = 'STOPPED' WHERE " + RUNNING
                            + " AND STEPEXECUTIONID IN (SELECT STEPEXECUTIONID FROM STEP_EXECUTION WHERE " + interrupted
                            + ")");
            update(
                    connection,
                    "UPDATE STEP_EXECUTION SET BATCHSTATUS = 'STOPPED', EXITSTATUS = '" + EXIT + "' WHERE " + RUNNING
                            + " AND " + interrupted);
            // the actual end is unknown; the last update is the closest known time
            return update(
                    connection,
                    "UPDATE JOB_EXECUTION SET BATCHSTATUS = 'STOPPED', EXITSTATUS = " + BATCH + " || '" + EXIT
                            + "', ENDTIME = COALESCE(LASTUPDATEDTIME, CREATETIME) WHERE " + interrupted);
        });
    }

    @Override
    public int removeEndedBefore(Instant end, int limit) {
        return call(0, connection -> {
            List<Long> executions = ids(
                    connection,
                    "SELECT JOBEXECUTIONID FROM JOB_EXECUTION WHERE " + ENDED + " ORDER BY JOBEXECUTIONID FETCH FIRST "
                            + limit + " ROWS ONLY",
                    end);
            if (executions.isEmpty()) {
                return 0;
            }
            String old = in("JOBEXECUTIONID", executions);
            List<Long> instances = ids(connection, "SELECT DISTINCT JOBINSTANCEID FROM JOB_EXECUTION WHERE " + old);
            int removed = update(connection, "DELETE FROM JOB_EXECUTION WHERE " + old);
            update(
                    connection,
                    "DELETE FROM JOB_INSTANCE WHERE " + in("JOBINSTANCEID", instances) + " AND NOT EXISTS (SELECT 1"
                            + " FROM JOB_EXECUTION E WHERE E.JOBINSTANCEID = JOB_INSTANCE.JOBINSTANCEID)");
            return removed;
        });
    }

    @Override
    public long countEndedBefore(Instant end) {
        return call(
                0L,
                connection -> ids(connection, "SELECT COUNT(*) FROM JOB_EXECUTION WHERE " + ENDED, end)
                        .getFirst());
    }

    private static String in(String column, List<Long> ids) {
        return column + ids.stream().map(String::valueOf).collect(Collectors.joining(", ", " IN (", ")"));
    }

    private static List<Long> ids(Connection connection, String sql, Instant... times) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setQueryTimeout(SECONDS);
            for (int i = 0; i < times.length; i++) {
                // the runtime also writes local time
                select.setTimestamp(i + 1, Timestamp.from(times[i]));
            }
            List<Long> ids = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
            }
            return ids;
        }
    }

    private static int update(Connection connection, String sql) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setQueryTimeout(SECONDS);
            return update.executeUpdate();
        }
    }

    private interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    private <T> T call(T empty, Work<T> work) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                T result = work.in(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                // the connection returns to a pool
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            if (NO_TABLE.contains(e.getSQLState())) {
                return empty;
            }
            throw new IllegalStateException("the batch runtime's history cannot be accessed: " + e.getMessage(), e);
        }
    }
}
