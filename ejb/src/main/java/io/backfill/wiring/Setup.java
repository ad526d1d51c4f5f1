package io.backfill.wiring;

import java.nio.file.Path;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;

/** What a node reads and locks before it uses any backend. The owner is the name under which this process holds leases. */
record Setup(Settings settings, Profile profile, Configs configs, Role role, String owner, DataFolder folder) {
    /**
     * Reads the settings and locks the data folder.
     *
     * @throws RuntimeException with a message that names the setting, also when the data folder cannot be used
     */
    static Setup of(Config config, DataSource database) {
        Settings settings = Settings.read(config);
        return new Setup(
                settings,
                Profile.of(
                        settings,
                        config.getOptionalValue(Profile.DATABASE_URL, String.class),
                        () -> ServerChecks.url(database)),
                Configs.of(settings),
                settings.choice(Setting.ROLE, Role.class),
                settings.node() + "/" + UUID.randomUUID(),
                DataFolder.lock(settings.path(Setting.DATA_DIR).orElseGet(Setup::dataFolderByDefault)));
    }

    /** On WildFly a folder of the server's own data; elsewhere one of the folder in which the process was started. */
    private static Path dataFolderByDefault() {
        String ofServer = System.getProperty("jboss.server.data.dir");
        return ofServer == null ? Path.of("data") : Path.of(ofServer, "backfill");
    }

    Path modelsFile() {
        return settings.path(Setting.MODELS_FILE).orElse(folder.models());
    }
}
