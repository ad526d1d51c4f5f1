package io.backfill.wiring;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Values of {@code backfill.profile}: the stores that a node uses. Other combinations are untested and rejected. */
enum Profile {
    /** H2 and a directory, one node. */
    LOCAL,
    /** PostgreSQL and a directory shared by all nodes. */
    SINGLE,
    /** PostgreSQL, Redis or Valkey, and S3. */
    CLUSTER;

    /** Also read by the server's datasource, so it is not a setting of the application. */
    static final String DATABASE_URL = "BACKFILL_DB_URL";

    /**
     * Returns the configured profile after checking that the settings it needs are present, and none that belong to another
     * profile.
     *
     * @param databaseUrl {@link #DATABASE_URL}; empty if it is not set, so that only the server's data source knows the database
     * @param dataSource the URL of that data source; requested by a shared profile only
     * @throws IllegalArgumentException with a message for operators when they are not
     */
    static Profile of(Settings settings, Optional<String> databaseUrl, Supplier<String> dataSource) {
        Profile profile = settings.choice(Setting.PROFILE, Profile.class);
        if (profile == LOCAL) {
            if (databaseUrl.isPresent()) {
                throw new IllegalArgumentException(DATABASE_URL + " is set, but profile local keeps its catalog in its"
                        + " data folder; unset the variable, or choose profile single or cluster");
            }
        } else {
            profile.refuseOtherDatabase(databaseUrl.orElseGet(dataSource));
            if (!settings.list(Setting.HEADERS_PASS_THROUGH).isEmpty()) {
                profile.require(settings, Setting.CRYPTO_KEY_FILE, "the same file for all nodes");
            }
        }
        if (profile == CLUSTER) {
            profile.require(settings, Setting.REDIS_URL, "such as redis://host:6379");
            profile.require(settings, Setting.S3_BUCKET, "the bucket that all nodes share");
            if (!settings.text(Setting.FILES_DIR).isEmpty()) {
                throw new IllegalArgumentException(
                        Setting.FILES_DIR.variable() + " is set, but profile cluster keeps files in S3; unset it");
            }
        } else {
            for (Setting setting : List.of(Setting.REDIS_URL, Setting.S3_BUCKET, Setting.S3_ENDPOINT)) {
                if (!settings.text(setting).isEmpty()) {
                    throw new IllegalArgumentException(
                            setting.variable() + " is set, but only profile cluster uses it; unset it, or choose "
                                    + Setting.PROFILE.variable() + "=cluster");
                }
            }
        }
        return profile;
    }

    /**
     * Checks the database of the catalog.
     *
     * @param url of a connection
     * @throws IllegalArgumentException with a message for operators when the profile uses another kind of database
     */
    void refuseOtherDatabase(String url) {
        boolean postgres = url.startsWith("jdbc:postgresql:");
        if (shared() && !postgres) {
            throw new IllegalArgumentException(needs() + DATABASE_URL
                    + ", such as jdbc:postgresql://host/database, BACKFILL_DB_USER and BACKFILL_DB_PASSWORD, or a data source "
                    + Backends.DATA_SOURCE + " with such a URL");
        }
        if (!shared() && postgres) {
            throw new IllegalArgumentException("the data source " + Backends.DATA_SOURCE
                    + " is a PostgreSQL database, but profile local keeps its catalog in its data folder; set "
                    + Setting.PROFILE.key() + " to single or cluster");
        }
    }

    private void require(Settings settings, Setting setting, String hint) {
        if (settings.text(setting).isEmpty()) {
            throw new IllegalArgumentException(needs() + setting.variable() + ", " + hint);
        }
    }

    private String needs() {
        return "profile " + name().toLowerCase(Locale.ROOT) + " needs ";
    }

    /** Whether other nodes can use the same stores. */
    boolean shared() {
        return this != LOCAL;
    }
}
