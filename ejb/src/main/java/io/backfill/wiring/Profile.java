package io.backfill.wiring;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Values of {@code backfill.profile}: which stores a node uses. Other combinations are not tested, and refused. */
enum Profile {
    /** H2 and a directory, one node. */
    LOCAL,
    /** PostgreSQL and a directory that all nodes share. */
    SINGLE,
    /** PostgreSQL, Redis or Valkey, and S3. */
    CLUSTER;

    /** Read by the server's datasource too, so it is no setting of the application's own. */
    static final String DATABASE_URL = "BACKFILL_DB_URL";

    /**
     * The chosen profile, if the settings have what it needs and nothing that belongs to another.
     *
     * @throws IllegalArgumentException for operators, when they have not
     */
    static Profile of(Settings settings, Optional<String> databaseUrl) {
        Profile profile = settings.choice(Setting.PROFILE, Profile.class);
        if (profile == LOCAL) {
            if (databaseUrl.isPresent()) {
                throw new IllegalArgumentException(DATABASE_URL + " is set, but profile local keeps its catalog in its"
                        + " data folder; take the variable away, or choose profile single or cluster");
            }
        } else {
            if (databaseUrl.filter(url -> url.startsWith("jdbc:postgresql:")).isEmpty()) {
                throw new IllegalArgumentException(profile.needs() + DATABASE_URL
                        + ", such as jdbc:postgresql://host/database, BACKFILL_DB_USER and BACKFILL_DB_PASSWORD");
            }
            if (!settings.list(Setting.HEADERS_PASS_THROUGH).isEmpty()) {
                profile.require(settings, Setting.CRYPTO_KEY_FILE, "the same file for all nodes");
            }
        }
        if (profile == CLUSTER) {
            profile.require(settings, Setting.REDIS_URL, "such as redis://host:6379");
            profile.require(settings, Setting.S3_BUCKET, "the bucket that all nodes share");
            if (!settings.text(Setting.FILES_DIR).isEmpty()) {
                throw new IllegalArgumentException(
                        Setting.FILES_DIR.variable() + " is set, but profile cluster keeps files in S3; take it away");
            }
        } else {
            for (Setting setting : List.of(Setting.REDIS_URL, Setting.S3_BUCKET, Setting.S3_ENDPOINT)) {
                if (!settings.text(setting).isEmpty()) {
                    throw new IllegalArgumentException(
                            setting.variable() + " is set, but only profile cluster uses it; take it away, or choose "
                                    + Setting.PROFILE.variable() + "=cluster");
                }
            }
        }
        return profile;
    }

    private void require(Settings settings, Setting setting, String hint) {
        if (settings.text(setting).isEmpty()) {
            throw new IllegalArgumentException(needs() + setting.variable() + ", " + hint);
        }
    }

    private String needs() {
        return "profile " + name().toLowerCase(Locale.ROOT) + " needs ";
    }

    /** Whether there can be other nodes on the same stores. */
    boolean shared() {
        return this != LOCAL;
    }
}
