package io.backfill.wiring;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * The configuration of a WildFly, as its subsystem {@code jmx} shows it to deployments. A server without that subsystem, and any other
 * server, shows nothing.
 */
final class ServerModel {
    private static final ObjectName HTTP = name("jboss.as:socket-binding-group=standard-sockets,socket-binding=http");

    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();

    /**
     * A data source of the server.
     *
     * @param name its name in the configuration
     * @param jta whether its connections take part in transactions of the server
     * @param pool how many connections it has at most; empty if the server does not say
     */
    record DataSourceModel(String name, boolean jta, OptionalInt pool) {}

    /** Whether the configuration can be read: not while the server boots, when the names are there but the values are not. */
    boolean isShown() {
        return hasSubsystem("jmx")
                && attribute(name("jboss.root:type=state"), "ProcessState")
                        .filter("starting"::equals)
                        .isEmpty();
    }

    boolean hasSubsystem(String subsystem) {
        return beans.isRegistered(name("jboss.as:subsystem=" + subsystem));
    }

    /** Returns the data source of a JNDI name. */
    Optional<DataSourceModel> dataSource(String jndiName) {
        return beans.queryNames(name("jboss.as:subsystem=datasources,data-source=*"), null).stream()
                .filter(each ->
                        attribute(each, "jndiName").filter(jndiName::equals).isPresent())
                .findFirst()
                .map(found -> new DataSourceModel(
                        found.getKeyProperty("data-source"),
                        attribute(found, "jta").filter(Boolean.FALSE::equals).isEmpty(),
                        number(found, "maxPoolSize")));
    }

    /** Returns how many threads a pool of the subsystem {@code batch-jberet} has at most. */
    OptionalInt jobThreads(String pool) {
        return number(name("jboss.as:subsystem=batch-jberet,thread-pool=" + pool), "maxThreads");
    }

    /**
     * A listener of the server.
     *
     * @param address in the configuration, as commands write it
     * @param bodyLimit bytes of a request body at most; 0 for no limit
     */
    record Listener(String address, long bodyLimit) {}

    /** Returns the listeners for HTTP and HTTPS. */
    List<Listener> listeners() {
        return Stream.of("http-listener", "https-listener")
                .flatMap(kind ->
                        beans.queryNames(name("jboss.as:subsystem=undertow,server=*," + kind + "=*"), null).stream()
                                .map(bean -> new Listener(
                                        "/subsystem=undertow/server=" + bean.getKeyProperty("server") + "/" + kind + "="
                                                + bean.getKeyProperty(kind),
                                        attribute(bean, "maxPostSize")
                                                .filter(Number.class::isInstance)
                                                .map(value -> ((Number) value).longValue())
                                                .orElse(0L))))
                .toList();
    }

    /** Returns how many requests the server handles at once: the threads of its default worker. */
    OptionalInt requestThreads() {
        return number(name("org.xnio:type=Xnio,provider=\"nio\",worker=\"default\""), "MaxWorkerPoolSize");
    }

    /** Returns the address and port of the HTTP listener; empty if it is not bound or the server does not say. */
    Optional<String> httpAddress() {
        return isShown()
                ? attribute(HTTP, "boundAddress")
                        .flatMap(address -> attribute(HTTP, "boundPort").map(port -> address + ":" + port))
                : Optional.empty();
    }

    private OptionalInt number(ObjectName bean, String attribute) {
        return attribute(bean, attribute)
                .filter(Number.class::isInstance)
                .map(value -> OptionalInt.of(((Number) value).intValue()))
                .orElse(OptionalInt.empty());
    }

    private Optional<Object> attribute(ObjectName bean, String attribute) {
        try {
            return Optional.ofNullable(beans.getAttribute(bean, attribute));
        } catch (JMException notShown) {
            return Optional.empty();
        }
    }

    private static ObjectName name(String text) {
        try {
            return new ObjectName(text);
        } catch (MalformedObjectNameException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
