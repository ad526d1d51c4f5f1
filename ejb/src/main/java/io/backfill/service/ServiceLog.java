package io.backfill.service;

import static org.jboss.logging.Logger.Level.WARN;

import java.lang.invoke.MethodHandles;
import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.Cause;
import org.jboss.logging.annotations.LogMessage;
import org.jboss.logging.annotations.Message;
import org.jboss.logging.annotations.MessageLogger;
import org.jboss.logging.annotations.ValidIdRange;

/** Messages of the file services, BF020001 to BF020099. */
@MessageLogger(projectCode = "BF", length = 6)
@ValidIdRange(min = 20001, max = 20099)
interface ServiceLog extends BasicLogger {
    ServiceLog LOG = Logger.getMessageLogger(MethodHandles.lookup(), ServiceLog.class, "io.backfill.service");

    @LogMessage(level = WARN)
    @Message(
            id = 20001,
            value = "Could not delete the bytes of a rejected upload (%s); they remain until the store is swept")
    void bytesNotRemoved(String key, @Cause Exception cause);

    @LogMessage(level = WARN)
    @Message(id = 20002, value = "File %s has a record but no bytes: the file store lost them")
    void bytesLost(String file);
}
