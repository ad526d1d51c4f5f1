package io.backfill.job;

import static org.jboss.logging.Logger.Level.INFO;

import java.lang.invoke.MethodHandles;
import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.LogMessage;
import org.jboss.logging.annotations.Message;
import org.jboss.logging.annotations.MessageLogger;
import org.jboss.logging.annotations.ValidIdRange;

/** Messages of the jobs, BF010001 to BF010099. */
@MessageLogger(projectCode = "BF", length = 6)
@ValidIdRange(min = 10001, max = 10099)
interface JobLog extends BasicLogger {
    JobLog LOG = Logger.getMessageLogger(MethodHandles.lookup(), JobLog.class, "io.backfill.job");

    @LogMessage(level = INFO)
    @Message(id = 10001, value = "Job execution %d did nothing: %s")
    void refused(long execution, String exitStatus);
}
