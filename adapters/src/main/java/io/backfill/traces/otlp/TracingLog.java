package io.backfill.traces.otlp;

import static org.jboss.logging.Logger.Level.INFO;
import static org.jboss.logging.Logger.Level.WARN;

import java.lang.invoke.MethodHandles;
import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.LogMessage;
import org.jboss.logging.annotations.Message;
import org.jboss.logging.annotations.MessageLogger;

/** Messages about traces, BF000280 to BF000289. */
@MessageLogger(projectCode = "BF", length = 6)
interface TracingLog extends BasicLogger {
    TracingLog LOG = Logger.getMessageLogger(MethodHandles.lookup(), TracingLog.class, "io.backfill.traces");

    @LogMessage(level = WARN)
    @Message(id = 280, value = "Spans cannot be delivered to %s and are lost until BF000281: %s")
    void lost(String target, String why);

    @LogMessage(level = INFO)
    @Message(id = 281, value = "Spans are delivered to %s again; %d deliveries were lost")
    void delivered(String target, long lost);
}
