package io.backfill.wiring;

import java.lang.management.ManagementFactory;
import java.util.Set;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * Whether the server is suspended, as WildFly reports it by a managed bean. A suspended server refuses requests and stops job
 * executions until it is resumed. Other servers have no such bean and are never suspended.
 */
final class ServerSuspension {
    private static final Set<String> SUSPENDED = Set.of("PRE_SUSPEND", "SUSPENDING", "SUSPENDED");

    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    private final ObjectName state;

    ServerSuspension() {
        try {
            state = new ObjectName("jboss.root:type=state");
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isSuspended() {
        try {
            // the type of the value belongs to the server
            return beans.getAttribute(state, "RunningState") instanceof Enum<?> running
                    && SUSPENDED.contains(running.name());
        } catch (InstanceNotFoundException otherServer) {
            return false;
        } catch (JMException e) {
            throw new IllegalStateException("the state of the server cannot be read: " + e.getMessage(), e);
        }
    }
}
