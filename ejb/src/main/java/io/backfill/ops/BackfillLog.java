package io.backfill.ops;

import static org.jboss.logging.Logger.Level.ERROR;
import static org.jboss.logging.Logger.Level.INFO;
import static org.jboss.logging.Logger.Level.WARN;

import java.lang.invoke.MethodHandles;
import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.Cause;
import org.jboss.logging.annotations.LogMessage;
import org.jboss.logging.annotations.Message;
import org.jboss.logging.annotations.MessageLogger;

/**
 * Messages of the services, BF000100 to BF000999. ERROR: a bug of ours. WARN: somebody could not be served. INFO: lifecycle and
 * choices. What a user got wrong is in the batch's {@code errors}, not here.
 */
@MessageLogger(projectCode = "BF", length = 6)
public interface BackfillLog extends BasicLogger {
    BackfillLog LOG = Logger.getMessageLogger(MethodHandles.lookup(), BackfillLog.class, "io.backfill");

    @LogMessage(level = INFO)
    @Message(id = 100, value = "Backfill node %s starts: profile %s, role %s, data folder %s")
    void starts(String node, String profile, String role, String dataDir);

    @LogMessage(level = INFO)
    @Message(id = 101, value = "Setting %s = %s")
    void setting(String key, String value);

    @LogMessage(level = INFO)
    @Message(id = 102, value = "Catalog: %s; queue and events: %s; files: %s; models: %s")
    void backends(String catalog, String queue, String files, String models);

    @LogMessage(level = INFO)
    @Message(
            id = 104,
            value =
                    "Calls may hold %d bytes, %d calls at once; with one call beyond the budget %d bytes of a heap of %d at worst")
    void callMemory(long budget, int calls, long worst, long maxHeap);

    @LogMessage(level = WARN)
    @Message(
            id = 271,
            value =
                    "Calls can need %d bytes at worst, more than half of the heap of %d; lower %s or %s, or give the process more heap")
    void callMemoryTight(long worst, long maxHeap, String budgetKey, String lineKey);

    @LogMessage(level = INFO)
    @Message(id = 103, value = "Backfill node %s stops: no new claims, open calls have %s")
    void stops(String node, String grace);

    @LogMessage(level = INFO)
    @Message(id = 110, value = "Batch %s claimed (epoch %d, %s)")
    void claimed(String batch, long epoch, String status);

    @LogMessage(level = INFO)
    @Message(id = 111, value = "Batch %s: job ended, %s")
    void jobEnded(String batch, String exitStatus);

    @LogMessage(level = INFO)
    @Message(id = 112, value = "Batch %s handed back, tried again in %s: %s")
    void handedBack(String batch, String pause, String exitStatus);

    @LogMessage(level = INFO)
    @Message(id = 115, value = "Batch %s waits for a place, models left: %d; %s")
    void waits(String batch, int models, String exitStatus);

    @LogMessage(level = INFO)
    @Message(id = 113, value = "Batch %s stops sending: %s")
    void aborted(String batch, String cause);

    @LogMessage(level = INFO)
    @Message(id = 114, value = "Batch %s ended before a line was sent: %s")
    void endedUnplanned(String batch, String status);

    @LogMessage(level = INFO)
    @Message(
            id = 117,
            value = "Batch %s was open when %d nodes died: it runs alone, with a window of 1 that doubles every minute")
    void suspectRunsAlone(String batch, int deaths);

    @LogMessage(level = INFO)
    @Message(
            id = 118,
            value = "Batch %s ran alone up to its full window without harm; other batches run beside it again")
    void suspectCleared(String batch);

    @LogMessage(level = INFO)
    @Message(id = 119, value = "Batch %s resumed by an operator; %d starts without end are forgotten")
    void resumed(String batch, int starts);

    @LogMessage(level = INFO)
    @Message(id = 133, value = "Batch %s is to be ended with the results that can be read, by an operator's order")
    void settleAsked(String batch);

    @LogMessage(level = WARN)
    @Message(
            id = 211,
            value = "Batch %s is set aside: %d nodes died with it open. Find the line that kills them, then"
                    + " './backfill admin resume %s', or cancel the batch")
    void setAside(String batch, int deaths, String again);

    @LogMessage(level = INFO)
    @Message(id = 120, value = "Models reloaded from %s: %d listed")
    void modelsReloaded(String file, int models);

    @LogMessage(level = WARN)
    @Message(id = 121, value = "Models were not reloaded, the directory before stays: %s")
    void modelsRefused(String why);

    @LogMessage(level = INFO)
    @Message(id = 122, value = "API keys reloaded")
    void keysReloaded();

    @LogMessage(level = WARN)
    @Message(id = 123, value = "API keys were not reloaded, the keys before stay: %s")
    void keysRefused(String why);

    @LogMessage(level = INFO)
    @Message(id = 130, value = "Swept %s: %d")
    void swept(String kind, long things);

    @LogMessage(level = INFO)
    @Message(id = 131, value = "Dry run, nothing is removed. A sweep of %s would remove %d")
    void wouldSweep(String kind, long things);

    @LogMessage(level = INFO)
    @Message(
            id = 132,
            value = "%d executions of an earlier process ended with it; the batch runtime's history says so now")
    void interruptedClosed(int executions);

    @LogMessage(level = WARN)
    @Message(
            id = 205,
            value =
                    "Sweep of %s: the catalog knows nothing of %d out of %d things in the store, so they are left alone. Is it"
                            + " the store of another catalog, or the catalog an old copy?")
    void strangers(String kind, int unknown, int all);

    @LogMessage(level = WARN)
    @Message(id = 200, value = "%s failed and is tried again: %s")
    void passFailed(String what, String why, @Cause Throwable cause);

    @LogMessage(level = WARN)
    @Message(id = 201, value = "Batch %s could not be started: %s")
    void notStarted(String batch, String why, @Cause Throwable cause);

    @LogMessage(level = INFO)
    @Message(id = 140, value = "Batch %s: Job %s %s, shards to run: %d")
    void jobBegan(String batch, String job, String how, int shards);

    @LogMessage(level = WARN)
    @Message(id = 240, value = "Batch %s: a pod of Job %s is in trouble (%s): %s")
    void podTroubled(String batch, String job, String kind, String message);

    @LogMessage(level = WARN)
    @Message(id = 241, value = "Batch %s: Job %s is %s and left %d shards: %s")
    void jobLeft(String batch, String job, String how, int left, String reason);

    @LogMessage(level = WARN)
    @Message(
            id = 242,
            value = "Batch %s is not run by the cluster: %s. By backfill.offload.on-refusal it goes on as: %s")
    void offloadRefused(String batch, String reason, String policy);

    @LogMessage(level = WARN)
    @Message(id = 243, value = "Batch %s: cluster, store or database do not answer, and are asked again: %s")
    void clusterAway(String batch, String why);

    @LogMessage(level = INFO)
    @Message(id = 141, value = "Ended %d Jobs that no batch waits for")
    void orphanedJobs(int jobs);

    @LogMessage(level = INFO)
    @Message(id = 116, value = "Batch %s is expected to end within its window again")
    void noLongerAtRisk(String batch);

    @LogMessage(level = WARN)
    @Message(id = 210, value = "Batch %s is at risk of missing its window: expected end %s, deadline %s")
    void atRisk(String batch, String expectedEnd, String deadline);

    @LogMessage(level = WARN)
    @Message(id = 202, value = "Lease of batch %s (epoch %d) is lost; nothing more is sent for it here")
    void leaseLost(String batch, long epoch);

    @LogMessage(level = WARN)
    @Message(id = 203, value = "Leases of %d batches could not be renewed: %s")
    void leasesNotRenewed(int batches, String why);

    @LogMessage(level = WARN)
    @Message(
            id = 204,
            value = "Wake-ups of other nodes are not heard; this node asks the database every poll instead: %s")
    void notListening(String why);

    @LogMessage(level = WARN)
    @Message(id = 260, value = "Schema migration waits for a lock and is tried again: %s")
    void migrationWaits(String why);

    @LogMessage(level = WARN)
    @Message(
            id = 261,
            value =
                    "%s is not set: tokens made for the cluster's API server are accepted, so each client hands this gateway a"
                            + " token that opens the cluster's API. Set an audience, and mount tokens made for it")
    void tokensForTheApiServer(String key);

    @LogMessage(level = WARN)
    @Message(
            id = 262,
            value = "The store %s did not say whose it is, and is asked again; nothing is swept until then: %s")
    void storeOwnerUnknown(String place, String why);

    @LogMessage(level = WARN)
    @Message(
            id = 263,
            value = "No disk blocks can be kept for the database %s, which a full disk closes until a restart: %s")
    void noReserve(String file, String why);

    @LogMessage(level = ERROR)
    @Message(id = 198, value = "Backfill cannot start: %s")
    void refused(String why);

    @LogMessage(level = ERROR)
    @Message(id = 199, value = "Backfill cannot start: %s")
    void cannotStart(String why, @Cause Throwable cause);

    @LogMessage(level = ERROR)
    @Message(id = 300, value = "Batch %s (epoch %d): its job is gone without a word; handing it back")
    void jobVanished(String batch, long epoch);
}
