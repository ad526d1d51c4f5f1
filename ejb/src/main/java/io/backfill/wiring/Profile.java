package io.backfill.wiring;

import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** Values of {@code backfill.profile}: which stores a node uses. Other combinations are not tested, and refused. */
enum Profile {
    /** H2 and a directory, one node. */
    LOCAL,
    /** PostgreSQL and a directory that all nodes share. */
    SINGLE,
    /** PostgreSQL, Redis or Valkey, and S3. */
    CLUSTER;

    /** Read by the server's datasource too, so it is no setting of the application's own. */
    private static final String DATABASE_URL = "BACKFILL_DB_URL";

    /** The chosen profile, if the settings have what it needs and nothing that belongs to another. */
    static Profile of(Settings settings, Config environment) {
        Profile profile = settings.choice(Setting.PROFILE, Profile.class);
        Optional<String> databaseUrl = environment.getOptionalValue(DATABASE_URL, String.class);
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
