package io.backfill.catalog.jpa;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class CatalogsOnH2Test implements SqlCatalogFixture {
    private static CatalogDatabase database;

    @BeforeAll
    static void open() {
        database = CatalogDatabase.h2("jdbc:h2:mem:catalogs;DB_CLOSE_DELAY=-1");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Override
    public CatalogDatabase database() {
        return database;
    }
}
