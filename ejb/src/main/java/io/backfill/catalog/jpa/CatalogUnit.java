package io.backfill.catalog.jpa;

import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.util.Map;
import javax.sql.DataSource;

/**
 * The persistence unit of the catalog, opened by the application and not by the server: persistence.xml names no data source,
 * because servers differ in the names that they accept there. Liberty knows the database of a name under {@code java:app} only
 * after it has created the unit, and Hibernate needs it for that.
 */
public final class CatalogUnit {
    private static final String NAME = "backfill";

    private CatalogUnit() {}

    /** Opens the unit. The caller closes it. */
    public static EntityManagerFactory open(DataSource database) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // persistence.xml is looked up by the thread's class loader, which is that of any module which asks first
        thread.setContextClassLoader(CatalogUnit.class.getClassLoader());
        try {
            return Persistence.createEntityManagerFactory(
                    NAME, Map.of("jakarta.persistence.nonJtaDataSource", database));
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
