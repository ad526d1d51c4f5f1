package io.backfill.tenants.oidc;

import static org.jboss.logging.Logger.Level.INFO;
import static org.jboss.logging.Logger.Level.WARN;

import java.lang.invoke.MethodHandles;
import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.LogMessage;
import org.jboss.logging.annotations.Message;
import org.jboss.logging.annotations.MessageLogger;

/** Messages about the issuer of tokens, BF000230 to BF000239. The rejection of a single token is logged at level DEBUG. */
@MessageLogger(projectCode = "BF", length = 6)
interface OidcLog extends BasicLogger {
    OidcLog LOG = Logger.getMessageLogger(MethodHandles.lookup(), OidcLog.class, "io.backfill.tenants.oidc");

    @LogMessage(level = WARN)
    @Message(id = 230, value = "Could not fetch signing keys from issuer %s: %s")
    void noKeys(String issuer, String why);

    @LogMessage(level = INFO)
    @Message(id = 231, value = "Fetched signing keys from issuer %s: %d")
    void keys(String issuer, int count);

    @LogMessage(level = WARN)
    @Message(
            id = 232,
            value = "Signing keys of issuer %s are fetched without encryption: anyone on the network path can"
                    + " impersonate any tenant")
    void unencrypted(String issuer);
}
