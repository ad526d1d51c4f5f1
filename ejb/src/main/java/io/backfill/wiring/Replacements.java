package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.files.FileStore;
import io.backfill.queue.BatchQueue;
import io.backfill.results.ResultLogs;
import io.backfill.storage.Storage;
import io.backfill.tenants.Authenticator;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Beans that are deployed with the application and replace parts of the node. Only enabled alternatives count, so that a bean of the
 * same type that serves another purpose is not taken by accident.
 */
@Dependent
class Replacements {
    @Inject
    private Instance<Authenticator> authenticators;

    @Inject
    private Instance<Storage> storages;

    @Inject
    private Instance<BatchQueue> queues;

    @Inject
    private Instance<FileStore> stores;

    @Inject
    private Instance<ResultLogs> logs;

    Optional<Authenticator> authenticator() {
        return alternative(authenticators, Authenticator.class);
    }

    /** @throws IllegalArgumentException if only a part of the storage is replaced, which only some classes would use */
    Optional<Storage> storage() {
        if (hasAlternative(stores) || hasAlternative(logs)) {
            throw new IllegalArgumentException(
                    "an alternative of FileStore or ResultLogs would replace only a part of the storage; deploy an alternative of "
                            + Storage.class.getName() + " instead");
        }
        return alternative(storages, Storage.class);
    }

    Optional<BatchQueue> queue() {
        return alternative(queues, BatchQueue.class);
    }

    /** @throws RuntimeException if several alternatives have the same priority */
    private static <T> Optional<T> alternative(Instance<T> beans, Class<T> type) {
        if (!hasAlternative(beans)) {
            return Optional.empty();
        }
        Instance.Handle<T> bean = beans.getHandle();
        LOG.replaced(type.getSimpleName(), bean.getBean().getBeanClass().getName());
        return Optional.of(bean.get());
    }

    private static boolean hasAlternative(Instance<?> beans) {
        return beans.handlesStream().map(Instance.Handle::getBean).anyMatch(Replacements::isAlternative);
    }

    /** Also true for what an alternative produces, which is enabled with it but is no alternative itself. */
    private static boolean isAlternative(Bean<?> bean) {
        return bean.isAlternative() || bean.getBeanClass().isAnnotationPresent(Alternative.class);
    }
}
