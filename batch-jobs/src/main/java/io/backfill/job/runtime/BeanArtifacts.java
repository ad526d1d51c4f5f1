package io.backfill.job.runtime;

import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jberet.spi.ArtifactFactory;
import org.jspecify.annotations.Nullable;

/**
 * Creates the artifacts of a job, which are beans with a name and of no scope of their own: each one is created for its execution
 * and destroyed with it.
 */
final class BeanArtifacts implements ArtifactFactory {
    private final BeanManager beans;
    private final Map<Object, CreationalContext<?>> created = Collections.synchronizedMap(new IdentityHashMap<>());

    BeanArtifacts(BeanManager beans) {
        this.beans = beans;
    }

    @Override
    public @Nullable Object create(String name, Class<?> type, ClassLoader loader) {
        Bean<?> bean = named(name);
        if (bean == null) {
            return null;
        }
        CreationalContext<?> context = beans.createCreationalContext(bean);
        Object artifact = beans.getReference(bean, bean.getBeanClass(), context);
        created.put(artifact, context);
        return artifact;
    }

    @Override
    public @Nullable Class<?> getArtifactClass(String name, ClassLoader loader) {
        Bean<?> bean = named(name);
        return bean == null ? null : bean.getBeanClass();
    }

    private @Nullable Bean<?> named(String name) {
        return beans.resolve(beans.getBeans(name));
    }

    @Override
    public void destroy(@Nullable Object artifact) {
        CreationalContext<?> context = artifact == null ? null : created.remove(artifact);
        if (context != null) {
            context.release();
        }
    }
}
