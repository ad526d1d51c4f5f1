package io.backfill.api.errors;

import static org.jboss.logging.Logger.Level.ERROR;
import static org.jboss.logging.Logger.Level.WARN;

import java.lang.invoke.MethodHandles;
import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.Cause;
import org.jboss.logging.annotations.LogMessage;
import org.jboss.logging.annotations.Message;
import org.jboss.logging.annotations.MessageLogger;
import org.jboss.logging.annotations.ValidIdRange;

/** Log messages of the API: BF030001 to BF030099. */
@MessageLogger(projectCode = "BF", length = 6)
@ValidIdRange(min = 30001, max = 30099)
public interface ApiLog extends BasicLogger {
    ApiLog LOG = Logger.getMessageLogger(MethodHandles.lookup(), ApiLog.class, "io.backfill.api");

    @LogMessage(level = ERROR)
    @Message(id = 30001, value = "Request %s (%s %s) failed unexpectedly")
    void unforeseen(String requestId, String method, String path, @Cause Throwable cause);

    @LogMessage(level = WARN)
    @Message(id = 30002, value = "Request %s (%s %s) was answered with status %d: %s")
    void notServed(String requestId, String method, String path, int status, String message, @Cause Throwable cause);

    @LogMessage(level = WARN)
    @Message(id = 30003, value = "The response to request %s (%s %s) failed after part of it was sent")
    void brokenOff(String requestId, String method, String path, @Cause Throwable cause);
}
