package io.backfill.health;

import java.nio.ByteBuffer;
import java.security.ProtectionDomain;
import org.jboss.modules.ClassTransformer;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a JVM that is too old. All other classes need Java 25, so on an older JVM the server would report a class file version
 * instead. WildFly instantiates the transformers that a deployment names before it loads any other class of the deployment. This one
 * transforms nothing.
 */
public final class JavaVersion implements ClassTransformer {
    private static final int REQUIRED = 25;

    /**
     * For the server.
     *
     * @throws IllegalStateException on a JVM older than Java 25
     */
    public JavaVersion() {
        int version = Runtime.version().feature();
        if (version < REQUIRED) {
            throw new IllegalStateException("Backfill needs Java " + REQUIRED + ", and this server runs on Java "
                    + version + ". Start the server with JAVA_HOME of a JDK " + REQUIRED);
        }
    }

    @Override
    public @Nullable ByteBuffer transform(
            ClassLoader loader, String name, @Nullable ProtectionDomain domain, ByteBuffer bytes) {
        return null;
    }
}
