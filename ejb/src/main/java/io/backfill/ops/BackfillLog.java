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
 * Messages of the services, BF000100 to BF000999. ERROR: a defect in Backfill. WARN: a request or batch could not be served.
 * INFO: lifecycle and decisions. Errors of users are recorded in the batch's {@code errors}, not logged.
 */
@MessageLogger(projectCode = "BF", length = 6)
public interface BackfillLog extends BasicLogger {
    BackfillLog LOG = Logger.getMessageLogger(MethodHandles.lookup(), BackfillLog.class, "io.backfill");

    @LogMessage(level = INFO)
    @Message(id = 100, value = "Starting Backfill node %s: profile %s, role %s, data folder %s")
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
                    "Open calls may hold %d bytes in up to %d calls; worst case with one call beyond the budget: %d bytes of a heap of %d")
    void callMemory(long budget, int calls, long worst, long maxHeap);

    @LogMessage(level = WARN)
    @Message(id = 273, value = "Configuration of the server: %s")
    void serverLacks(String what);

    @LogMessage(level = INFO)
    @Message(
            id = 108,
            value =
                    "The server handles %d requests at once, fewer than %s (%d), so %d instead of %d uploads and downloads run at a time. For more: /subsystem=io/worker=default:write-attribute(name=task-max-threads, value=%d)")
    void fewerThreads(int threads, String key, int wanted, int transfers, int wantedTransfers, int value);

    @LogMessage(level = WARN)
    @Message(
            id = 272,
            value = "%d jobs have not ended within the grace. Their batches are resumed when the leases have expired")
    void stoppedTooEarly(int jobs);

    @LogMessage(level = WARN)
    @Message(
            id = 271,
            value =
                    "Open calls can need up to %d bytes, more than half of the heap of %d; lower %s or %s, or increase the heap")
    void callMemoryTight(long worst, long maxHeap, String budgetKey, String lineKey);

    @LogMessage(level = INFO)
    @Message(id = 105, value = "Serving the API at http://%s/v1; data in %s; models in %s: %s")
    void serves(String address, String dataDir, String modelsFile, String models);

    @LogMessage(level = INFO)
    @Message(
            id = 106,
            value = "Serving the API at http://%s/v1; data in %s; no models yet: list them in %s, which is read"
                    + " again within two seconds")
    void servesNoModels(String address, String dataDir, String modelsFile);

    @LogMessage(level = INFO)
    @Message(id = 107, value = "%s is replaced by a deployed alternative: %s")
    void replaced(String part, String bean);

    @LogMessage(level = INFO)
    @Message(id = 103, value = "Stopping Backfill node %s: no new claims, open calls have %s to finish")
    void stops(String node, String grace);

    @LogMessage(level = INFO)
    @Message(id = 110, value = "Batch %s claimed (epoch %d, %s)")
    void claimed(String batch, long epoch, String status);

    @LogMessage(level = INFO)
    @Message(id = 111, value = "Batch %s: job ended with exit status %s")
    void jobEnded(String batch, String exitStatus);

    @LogMessage(level = INFO)
    @Message(id = 112, value = "Batch %s released, next attempt in %s: %s")
    void handedBack(String batch, String pause, String exitStatus);

    @LogMessage(level = INFO)
    @Message(id = 115, value = "Batch %s is waiting for a place, models left: %d; %s")
    void waits(String batch, int models, String exitStatus);

    @LogMessage(level = INFO)
    @Message(id = 113, value = "Batch %s stopped sending: %s")
    void aborted(String batch, String cause);

    @LogMessage(level = INFO)
    @Message(id = 114, value = "Batch %s ended before any line was sent: %s")
    void endedUnplanned(String batch, String status);

    @LogMessage(level = INFO)
    @Message(
            id = 117,
            value =
                    "Batch %s was open when %d nodes died; running it alone, with a window of 1 that doubles every minute")
    void suspectRunsAlone(String batch, int deaths);

    @LogMessage(level = INFO)
    @Message(id = 118, value = "Batch %s reached its full window without a crash; other batches run beside it again")
    void suspectCleared(String batch);

    @LogMessage(level = INFO)
    @Message(id = 119, value = "Batch %s resumed by an operator; cleared its count of %d starts that did not end")
    void resumed(String batch, int starts);

    @LogMessage(level = INFO)
    @Message(id = 134, value = "Batch %s is paused: it has used %d tokens, which is its budget")
    void budgetSpent(String batch, long tokens);

    @LogMessage(level = INFO)
    @Message(id = 133, value = "An operator settled batch %s; it ends with the results that can be read")
    void settleAsked(String batch);

    @LogMessage(level = WARN)
    @Message(
            id = 211,
            value = "Batch %s set aside: %d nodes died with it open. Find the line that kills them, then run"
                    + " './backfill admin resume %s', or cancel the batch")
    void setAside(String batch, int deaths, String again);

    @LogMessage(level = INFO)
    @Message(id = 120, value = "Models reloaded from %s: %d listed")
    void modelsReloaded(String file, int models);

    @LogMessage(level = WARN)
    @Message(id = 121, value = "Models file rejected; the models loaded before, if any, stay in force: %s")
    void modelsRefused(String why);

    @LogMessage(level = WARN)
    @Message(id = 125, value = "Models file uses a deprecated key, which will not be read in a later release: %s")
    void modelsDeprecated(String what);

    @LogMessage(level = WARN)
    @Message(id = 126, value = "Setting %s is deprecated and will not be read in a later release; rename it to %s")
    void settingRenamed(String formerKey, String key);

    @LogMessage(level = WARN)
    @Message(
            id = 206,
            value = "Model %s is unreachable: none of its %d replicas answers. Its lines wait and are retried; other"
                    + " models are not affected")
    void modelUnreachable(String model, int replicas);

    @LogMessage(level = INFO)
    @Message(id = 124, value = "Model %s is reachable again after %s")
    void modelReachable(String model, String away);

    @LogMessage(level = INFO)
    @Message(id = 122, value = "API keys reloaded")
    void keysReloaded();

    @LogMessage(level = WARN)
    @Message(id = 123, value = "API key file rejected; the keys loaded before stay in force: %s")
    void keysRefused(String why);

    @LogMessage(level = INFO)
    @Message(id = 130, value = "Sweep of %s removed %d")
    void swept(String kind, long things);

    @LogMessage(level = INFO)
    @Message(id = 131, value = "Dry run, nothing removed: a sweep of %s would remove %d")
    void wouldSweep(String kind, long things);

    @LogMessage(level = INFO)
    @Message(id = 132, value = "Marked %d executions of an earlier process as stopped in the batch runtime's history")
    void interruptedClosed(int executions);

    @LogMessage(level = WARN)
    @Message(
            id = 205,
            value =
                    "Sweep of %s: the catalog has no record of %d out of %d items in the store, so they are kept. Check whether"
                            + " the store belongs to another catalog, or the catalog was restored from an old backup")
    void strangers(String kind, int unknown, int all);

    @LogMessage(level = WARN)
    @Message(id = 200, value = "%s failed and will be retried: %s")
    void passFailed(String what, String why, @Cause Throwable cause);

    @LogMessage(level = WARN)
    @Message(id = 201, value = "Batch %s could not be started: %s")
    void notStarted(String batch, String why, @Cause Throwable cause);

    @LogMessage(level = INFO)
    @Message(id = 140, value = "Batch %s: Job %s %s, shards to run: %d")
    void jobBegan(String batch, String job, String how, int shards);

    @LogMessage(level = WARN)
    @Message(id = 240, value = "Batch %s: pods of Job %s have a problem (%s, %d times so far): %s")
    void podsTroubled(String batch, String job, String kind, int count, String message);

    @LogMessage(level = WARN)
    @Message(id = 241, value = "Batch %s: Job %s is %s with %d shards unfinished: %s")
    void jobLeft(String batch, String job, String how, int left, String reason);

    @LogMessage(level = WARN)
    @Message(id = 242, value = "The cluster does not run batch %s: %s. Applying backfill.offload.on-refusal: %s")
    void offloadRefused(String batch, String reason, String policy);

    @LogMessage(level = WARN)
    @Message(id = 243, value = "Batch %s: cluster, store or database not available, retrying: %s")
    void clusterAway(String batch, String why);

    @LogMessage(level = INFO)
    @Message(id = 141, value = "Ended %d Jobs whose batch has ended or was deleted")
    void orphanedJobs(int jobs);

    @LogMessage(level = INFO)
    @Message(id = 116, value = "Batch %s is expected to end within its window again")
    void noLongerAtRisk(String batch);

    @LogMessage(level = WARN)
    @Message(id = 210, value = "Batch %s is at risk of missing its window: expected end %s, deadline %s")
    void atRisk(String batch, String expectedEnd, String deadline);

    @LogMessage(level = WARN)
    @Message(id = 202, value = "Lost the lease of batch %s (epoch %d); this node sends nothing more for it")
    void leaseLost(String batch, long epoch);

    @LogMessage(level = WARN)
    @Message(id = 203, value = "Leases of %d batches could not be renewed: %s")
    void leasesNotRenewed(int batches, String why);

    @LogMessage(level = WARN)
    @Message(id = 204, value = "Cannot receive wake-ups from other nodes, polling the database instead: %s")
    void notListening(String why);

    @LogMessage(level = WARN)
    @Message(id = 260, value = "Schema migration could not acquire a lock and will be retried: %s")
    void migrationWaits(String why);

    @LogMessage(level = WARN)
    @Message(
            id = 261,
            value =
                    "%s is not set, so tokens issued for the cluster's API server are accepted, and each client sends this gateway a"
                            + " token that is valid at the cluster's API. Set an audience, and mount tokens issued for it")
    void tokensForTheApiServer(String key);

    @LogMessage(level = WARN)
    @Message(
            id = 262,
            value = "Cannot verify which catalog owns the store %s; retrying, and sweeping nothing until then: %s")
    void storeOwnerUnknown(String place, String why);

    @LogMessage(level = WARN)
    @Message(
            id = 263,
            value = "Cannot reserve disk blocks for the database %s; a full disk will close it until a restart: %s")
    void noReserve(String file, String why);

    @LogMessage(level = ERROR)
    @Message(id = 198, value = "Backfill cannot start: %s")
    void refused(String why);

    @LogMessage(level = ERROR)
    @Message(id = 199, value = "Backfill cannot start: %s")
    void cannotStart(String why, @Cause Throwable cause);

    @LogMessage(level = ERROR)
    @Message(
            id = 300,
            value = "Batch %s (epoch %d): job execution vanished without reporting an end; releasing the batch")
    void jobVanished(String batch, long epoch);
}
