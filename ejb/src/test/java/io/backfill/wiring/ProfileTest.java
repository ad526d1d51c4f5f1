package io.backfill.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileTest {
    private static final String POSTGRES = "jdbc:postgresql://host/backfill";

    private static Profile profile(String name, String databaseUrl, String settings) {
        Map<Setting, String> values = Arrays.stream(settings.split(" "))
                .map(setting -> setting.split("=", 2))
                .filter(setting -> setting.length == 2)
                .collect(Collectors.toMap(setting -> Setting.valueOf(setting[0]), setting -> setting[1]));
        values.put(Setting.PROFILE, name);
        return Profile.of(
                Settings.of(values),
                Optional.of(databaseUrl).filter(url -> !url.isEmpty()),
                () -> "jdbc:h2:file:catalog");
    }

    @ParameterizedTest
    @CsvSource({
        "local, '', '', false",
        "single, " + POSTGRES + ", '', true",
        "single, " + POSTGRES + ", HEADERS_PASS_THROUGH=X-Team CRYPTO_KEY_FILE=keys, true",
        "cluster, " + POSTGRES + ", REDIS_URL=redis://cache S3_BUCKET=batches, true"
    })
    void whatBelongsTogetherShouldBeTaken(String name, String databaseUrl, String settings, boolean shared) {
        assertThat(profile(name, databaseUrl, settings).shared()).isEqualTo(shared);
    }

    @ParameterizedTest
    @CsvSource({
        "local, " + POSTGRES + ", '', BACKFILL_DB_URL is set",
        "local, '', REDIS_URL=redis://cache, BACKFILL_REDIS_URL is set",
        "single, " + POSTGRES + ", S3_BUCKET=mine, BACKFILL_S3_BUCKET is set",
        "single, " + POSTGRES + ", S3_ENDPOINT=http://s3, BACKFILL_S3_ENDPOINT is set",
        "single, '', '', profile single needs BACKFILL_DB_URL",
        "single, jdbc:mysql://host/backfill, '', profile single needs BACKFILL_DB_URL",
        "single, " + POSTGRES + ", HEADERS_PASS_THROUGH=X-Team, profile single needs BACKFILL_CRYPTO_KEY_FILE",
        "cluster, '', REDIS_URL=redis://cache S3_BUCKET=batches, profile cluster needs BACKFILL_DB_URL",
        "cluster, " + POSTGRES + ", S3_BUCKET=batches, profile cluster needs BACKFILL_REDIS_URL",
        "cluster, " + POSTGRES + ", REDIS_URL=redis://cache, profile cluster needs BACKFILL_S3_BUCKET",
        "cluster, " + POSTGRES
                + ", REDIS_URL=redis://cache S3_BUCKET=batches FILES_DIR=/data, BACKFILL_FILES_DIR is set",
        "clustr, '', '', 'backfill.profile must be one of [local, single, cluster]'"
    })
    void whatDoesNotShouldBeRefusedByItsName(String name, String databaseUrl, String settings, String why) {
        assertThatThrownBy(() -> profile(name, databaseUrl, settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void theDataSourceMayBeTheOnlyOneThatKnowsTheDatabase() {
        Settings single = Settings.of(Map.of(Setting.PROFILE, "single"));

        assertThat(Profile.of(single, Optional.empty(), () -> POSTGRES)).isEqualTo(Profile.SINGLE);

        assertThatThrownBy(() -> Profile.of(single, Optional.empty(), () -> "jdbc:h2:file:catalog"))
                .hasMessageContaining("profile single needs BACKFILL_DB_URL")
                .hasMessageContaining("a data source java:jboss/datasources/Backfill");
    }

    @Test
    void aDataSourceOfPostgresShouldNotBeTakenForALocalCatalog() {
        Profile local = Profile.LOCAL;

        local.refuseOtherDatabase("jdbc:h2:file:catalog");

        assertThatThrownBy(() -> local.refuseOtherDatabase(POSTGRES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set backfill.profile to single or cluster");
    }
}
