package io.backfill.models.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.models.ContextLength;
import io.backfill.models.HotPrefixGuard;
import io.backfill.models.MinuteBudget;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.Placement;
import io.backfill.models.Protection;
import io.backfill.models.RetryPolicy;
import io.backfill.models.RouterHeaders;
import io.backfill.tenants.TenantId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlModelDirectoryTest {
    private static final String MINIMAL = "models: { m: { replicas: [ 'http://a:8000' ] } }\n";

    @TempDir
    Path folder;

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("models.yaml"), yaml);
    }

    private YamlModelDirectory directory(String yaml) throws IOException {
        return new YamlModelDirectory(write(yaml));
    }

    @Test
    void directoryShouldReadEveryKey() throws Exception {
        Files.writeString(folder.resolve("key"), "sk-model");
        YamlModelDirectory directory = directory("""
                defaults: { max-in-flight: 32, timeout: 2m, retries: 5, backoff: { initial: 500ms, max: 30s }, patience: 1h }
                models:
                  meta-llama/Llama-3.1-8B-Instruct:
                    replicas: [ "http://vllm-0:8000", "https://vllm-1/base" ]
                    max-in-flight: 128
                    api-key-file: key
                    override-authorization: true
                    headers: { X-Team: research }
                    timeout: 90s
                    retries: 0
                    backoff: { initial: 2s }
                    patience: 0s
                  small:
                    replicas: http://small:9000
                "*": { replicas: [ "http://router:80" ], max-in-flight: 7 }
                """);

        assertThat(directory.problem()).isEmpty();
        assertThat(directory.deprecation()).isEmpty();
        assertThat(directory.listed())
                .containsExactly(
                        new Model(
                                "meta-llama/Llama-3.1-8B-Instruct",
                                List.of(URI.create("http://vllm-0:8000"), URI.create("https://vllm-1/base")),
                                128,
                                Duration.ofSeconds(90),
                                new RetryPolicy(0, Duration.ofSeconds(2), Duration.ofSeconds(30), Duration.ZERO),
                                Optional.of(folder.resolve("key")),
                                true,
                                Map.of("X-Team", "research"),
                                Optional.empty(),
                                ModelTuning.DEFAULT),
                        new Model(
                                "small",
                                List.of(URI.create("http://small:9000")),
                                32,
                                Duration.ofMinutes(2),
                                new RetryPolicy(5, Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofHours(1)),
                                Optional.empty(),
                                false,
                                Map.of(),
                                Optional.empty(),
                                ModelTuning.DEFAULT));
        assertThat(directory.find("small")).contains(directory.listed().get(1));
    }

    @Test
    void modelShouldHaveTheBuiltInDefaults() throws Exception {
        assertThat(directory(MINIMAL).find("m"))
                .contains(new Model(
                        "m",
                        List.of(URI.create("http://a:8000")),
                        64,
                        Duration.ofMinutes(5),
                        RetryPolicy.DEFAULT,
                        Optional.empty(),
                        false,
                        Map.of(),
                        Optional.empty(),
                        ModelTuning.DEFAULT));
    }

    @Test
    void findShouldServeAnyOtherNameFromTheCatchAll() throws Exception {
        YamlModelDirectory directory = directory(MINIMAL + "'*': { replicas: [ 'http://any:80' ] }\n");

        assertThat(directory.find("whatever")).hasValueSatisfying(model -> {
            assertThat(model.name()).isEqualTo("whatever");
            assertThat(model.replicas()).containsExactly(URI.create("http://any:80"));
        });
        assertThat(directory.find("whatever").get())
                .isSameAs(directory.find("whatever").get());
        assertThat(directory.find("m").get().replicas()).containsExactly(URI.create("http://a:8000"));
        assertThat(directory.listed()).extracting(Model::name).containsExactly("m");
    }

    @Test
    void findShouldBeEmptyWithoutCatchAll() throws Exception {
        assertThat(directory(MINIMAL).find("other")).isEmpty();
        assertThat(directory(MINIMAL).find("*")).isEmpty();
    }

    @Test
    void catchAllShouldNotRememberEveryNameForEver() throws Exception {
        YamlModelDirectory directory = directory("'*': { replicas: [ 'http://any:80' ] }\n");
        for (int i = 0; i < 5000; i++) {
            assertThat(directory.find("name-" + i)).isPresent();
        }
    }

    @Test
    void missingFileShouldMakeAnEmptyDirectoryThatSaysSo() throws Exception {
        Path file = folder.resolve("models.yaml");
        YamlModelDirectory directory = new YamlModelDirectory(file);

        assertThat(directory.listed()).isEmpty();
        assertThat(directory.find("m")).isEmpty();
        assertThat(directory.problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains(file + " does not exist"));

        write(MINIMAL);
        assertThat(directory.reloadIfChanged()).isTrue();
        assertThat(directory.problem()).isEmpty();
        assertThat(directory.find("m")).isPresent();
    }

    @Test
    void badEditShouldLeaveTheDirectoryBeforeItInForce() throws Exception {
        YamlModelDirectory directory = directory(MINIMAL);
        Model before = directory.find("m").get();

        write("models: { m: { replicas: [] } }\n");
        assertThat(directory.reloadIfChanged()).isTrue();
        assertThat(directory.problem()).isPresent();
        assertThat(directory.find("m")).contains(before);
        assertThat(directory.reloadIfChanged()).isFalse();

        Files.delete(folder.resolve("models.yaml"));
        directory.reloadIfChanged();
        assertThat(directory.problem()).isPresent();
        assertThat(directory.find("m")).contains(before);

        write("models: { other: { replicas: [ 'http://b:1' ] } }\n");
        directory.reloadIfChanged();
        assertThat(directory.problem()).isEmpty();
        assertThat(directory.find("m")).isEmpty();
        assertThat(directory.find("other")).isPresent();
    }

    @Test
    void reloadShouldDoNothingWhenNothingChanged() throws Exception {
        YamlModelDirectory directory = directory(MINIMAL);

        assertThat(directory.reloadIfChanged()).isFalse();
        write(MINIMAL);
        assertThat(directory.reloadIfChanged()).isFalse();
    }

    @Test
    void reloadShouldNoticeFilesThatTheModelsName() throws Exception {
        YamlModelDirectory directory =
                directory("models: { m: { replicas: [ 'http://a:1' ], api-key-file: sub/key } }\n");
        assertThat(directory.problem())
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains("line 1")
                        .contains("api-key-file")
                        .contains("cannot be read"));
        assertThat(directory.find("m")).isEmpty();

        Files.createDirectory(folder.resolve("sub"));
        Files.writeString(folder.resolve("sub/key"), "sk-1");
        assertThat(directory.reloadIfChanged()).isTrue();
        assertThat(directory.problem()).isEmpty();
        assertThat(directory.find("m").get().apiKeyFile()).contains(folder.resolve("sub/key"));

        Files.writeString(folder.resolve("sub/key"), "two words sk-secret");
        assertThat(directory.reloadIfChanged()).isTrue();
        assertThat(directory.problem())
                .hasValueSatisfying(problem -> assertThat(problem).doesNotContain("secret"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    models: [ a ]                                                                        | line 1: models: expected keys and values
                    just text                                                                            | line 1: expected keys and values
                    model: {}                                                                            | line 1: unknown key 'model'; expected one of *, defaults, models
                    models: { m: { } }                                                                   | key 'replicas' of model 'm' is missing: expected addresses
                    models: { m: }                                                                       | key 'm' of models: expected the keys of a model
                    models: { m: { replicas: [] } }                                                      | key 'replicas' of model 'm': expected addresses
                    models: { m: { endpoints: [] } }                                                     | key 'endpoints' of model 'm': expected addresses
                    models: { m: { endpoints: [ 'a:8000' ] } }                                           | key 'endpoints' of model 'm': expected addresses
                    models: { m: { endpoints: [ 'http://a' ], replicas: [ 'http://b' ] } }               | key 'endpoints' of model 'm': deprecated name of 'replicas', which is also set
                    models: { m: { replicas: [ 'ftp://a' ] } }                                           | not 'ftp://a'
                    models: { m: { replicas: [ 'a:8000' ] } }                                            | not 'a:8000'
                    models: { m: { replicas: [ 'http://a/v1' ] } }                                       | without /v1 and anything after it, not 'http://a/v1'
                    models: { m: { replicas: [ 'http://a/v1/chat/completions' ] } }                      | without /v1 and anything after it, not 'http://a/v1/chat/completions'
                    models: { m: { replicas: [ 'http://a/base/v1/embeddings/' ] } }                      | not 'http://a/base/v1/embeddings/'
                    models: { m: { replicas: [ 'http://a/chat/completions' ] } }                         | not 'http://a/chat/completions'
                    models: { m: { replicas: [ 'http://u:p@a' ] } }                                      | key 'replicas' of model 'm'
                    models: { m: { replicas: [ 'http://a', 'http://a' ] } }                              | http://a is listed twice
                    models: { m: { replicas: [ 'http://a' ], max-in-flight: 0 } }                        | key 'max-in-flight' of model 'm': expected a whole number from 1 to 10000, not '0'
                    models: { m: { replicas: [ 'http://a' ], max-in-flight: many } }                     | not 'many'
                    models: { m: { replicas: [ 'http://a' ], timeout: 5 } }                              | key 'timeout' of model 'm': expected a duration from 1ms to 24h (units ms, s, m, h), not '5'
                    models: { m: { replicas: [ 'http://a' ], timeout: 0s } }                             | not '0s'
                    models: { m: { replicas: [ 'http://a' ], timeout: 25h } }                            | not '25h'
                    models: { m: { replicas: [ 'http://a' ], timeout: [ 5s ] } }                         | key 'timeout' of model 'm': expected a duration
                    models: { m: { replicas: [ 'http://a' ], retries: 101 } }                            | expected a whole number from 0 to 100
                    models: { m: { replicas: [ 'http://a' ], backoff: { initial: 2m } } }                | initial must not be longer than max
                    models: { m: { replicas: [ 'http://a' ], backoff: { factor: 2 } } }                  | unknown key 'factor' of backoff
                    models: { m: { replicas: [ 'http://a' ], protect-interactive: on } } | key 'protect-interactive' of model 'm': expected off, or keys such as waiting and running-target, not 'on'
                    models: { m: { replicas: [ 'http://a' ], protect-interactive: { waiting: 0 } } } | key 'waiting' of protect-interactive: expected a whole number from 1 to 10000, not '0'
                    models: { m: { replicas: [ 'http://a' ], protect-interactive: { kv-usage: 1.5 } } } | expected a number above 0 and at most 1, not '1.5'
                    models: { m: { replicas: [ 'http://a' ], protect-interactive: { target: 4 } } } | unknown key 'target' of protect-interactive
                    models: { m: { replicas: [ 'http://a' ], placement: random } } | key 'placement' of model 'm': expected ranges or scored, not 'random'
                    models: { m: { replicas: [ 'http://a' ], placement: { cursors: 0 } } } | key 'cursors' of placement: expected a whole number from 1 to 256
                    models: { m: { replicas: [ 'http://a' ], placement: { scorers: { luck: 1 } } } } | unknown key 'luck' of scorers
                    models: { m: { replicas: [ 'http://a' ], placement: { scorers: { session-affinity: -1 } } } } | key 'session-affinity' of scorers: expected a whole number from 0 to 1000, not '-1'
                    models: { m: { replicas: [ 'http://a' ], placement: { explore: 101 } } } | key 'explore' of placement: expected a whole number from 0 to 100, not '101'
                    models: { m: { replicas: [ 'http://a' ], placement: { explore: 5% } } } | not '5%'
                    models: { m: { replicas: [ 'http://a' ], placement: { most-behind: far } } } | key 'most-behind' of placement: expected a whole number from 0 to 999999999, not 'far'
                    models: { m: { replicas: [ 'http://a' ], placement: { hot-spots: 1 } } } | unknown key 'hot-spots' of placement; expected one of cursors, explore, mode, most-behind, scorers
                    models: { m: { replicas: [ [ 'http://a' ] ] } } | key 'replicas' of model 'm': expected addresses
                    models: { m: { replicas: [ { } ] } } | key 'url' of a replica is missing: expected addresses such as http://host:8000
                    models: { m: { replicas: [ { url: 'a:8000' } ] } } | key 'url' of a replica: expected addresses such as http://host:8000 or https://host/base, without /v1 and anything after it, not 'a:8000'
                    models: { m: { replicas: [ { url: 'http://a', weight: 2 } ] } } | unknown key 'weight' of a replica; expected one of context-length, url
                    models: { m: { replicas: [ 'http://a', { url: 'http://a' } ] } } | http://a is listed twice
                    models: { m: { replicas: [ { url: 'http://a', context-length: 8192 } ] } } | key 'context-length' of a replica: expected a range of prompt lengths in tokens, such as 0-8192, not '8192'
                    models: { m: { replicas: [ { url: 'http://a', context-length: 9-8 } ] } } | such as 0-8192, not '9-8'
                    models: { m: { replicas: [ { url: 'http://a', context-length: 0-9999999999 } ] } } | not '0-9999999999'
                    defaults: { placement: { explore: -1 } } | key 'explore' of placement
                    models: { m: { replicas: [ 'http://a' ], router-headers: envoy } } | expected none, llm-d or gateway-api, not 'envoy'
                    models: { m: { replicas: [ 'http://a' ], priority: high } } | key 'priority' of model 'm': expected a whole number, not 'high'
                    models: { m: { replicas: [ 'http://a' ], tokens-per-minute: 0 } } | key 'tokens-per-minute' of model 'm': expected a whole number
                    models: { m: { replicas: [ 'http://a' ], tokens-per-minute: { tenants: { a: x } } } } | key 'a' of the tenants: expected a whole number
                    '*': { replicas: [ 'http://a' ], objective: x }                                      | key 'objective' of model '*': an objective is sent only to a router; also set router-headers
                    defaults: { replicas: [ 'http://a' ] }                                               | unknown key 'replicas' of defaults
                    models: { '*': { replicas: [ 'http://a' ] } }                                        | not a valid model name
                    models: { m: { replicas: [ 'http://a' ], override-authorization: yes } }             | expected true or false, not 'yes'
                    models: { m: { replicas: [ 'http://a' ], headers: { Content-Length: 1 } } }          | a header of this name cannot be configured
                    models: { m: { replicas: [ 'http://a' ], headers: { 'a b': 1 } } }                   | a header of this name cannot be configured
                    models: { m: { replicas: [ 'http://a' ], headers: { X: "a\\nb" } } }                 | expected one line of ASCII text
                    models: { m: { replicas: [ 'http://a' ], tls: { ca-file: x } } }                     | no replica uses https
                    models: { m: { replicas: [ 'https://a' ], tls: { ca-file: missing.pem } } }          | missing.pem cannot be read
                    models: { m: { replicas: [ 'https://a' ], tls: { cert-file: c } } }                  | tls needs cert-file and key-file together
                    models: { m: { replicas: [ 'http://a' ] }, m: { replicas: [ 'http://a' ] } }         | duplicate key 'm' of models
                    models: { m: { replicas: [ 'http://a' ]                                              | invalid YAML
                    """)
    void problemShouldNameFileLineKeyAndWhatIsExpected(String yaml, String expected) throws Exception {
        Path file = write(yaml + "\n");

        assertThat(new YamlModelDirectory(file).problem())
                .hasValueSatisfying(problem -> assertThat(problem)
                        .startsWith(file.toString())
                        .contains("line ")
                        .contains(expected));
    }

    @Test
    void deprecatedKeyShouldBeReadAndReported() throws Exception {
        YamlModelDirectory directory = directory("""
                models:
                  old: { endpoints: [ "http://a:8000", { url: "http://b:8000", context-length: 0-8192 } ] }
                  new: { replicas: "http://c:8000" }
                "*": { endpoints: "http://router:80" }
                """);

        assertThat(directory.problem()).isEmpty();
        assertThat(directory.find("old").orElseThrow().replicas())
                .containsExactly(URI.create("http://a:8000"), URI.create("http://b:8000"));
        assertThat(placement(directory, "old").contextLengths()).containsOnlyKeys(URI.create("http://b:8000"));
        assertThat(directory.find("other").orElseThrow().replicas()).containsExactly(URI.create("http://router:80"));
        assertThat(directory.deprecation())
                .contains(folder.resolve("models.yaml") + ": rename 'endpoints' to 'replicas' in these models: old, *");

        write(MINIMAL);
        assertThat(directory.reloadIfChanged()).isTrue();
        assertThat(directory.deprecation()).isEmpty();
    }

    /** Target times alone do not make metrics a requirement: an engine may have none. */
    @Test
    void targetTimesShouldBeRead() throws Exception {
        YamlModelDirectory directory = directory("""
                models:
                  both: { replicas: [ "http://a" ], protect-interactive: { ttft: 300ms, itl: 40ms } }
                  more: { replicas: [ "http://a" ], protect-interactive: { ttft: 2s, waiting: 3 } }
                """);

        assertThat(directory.find("both").orElseThrow().tuning().protection())
                .contains(new Protection(
                        false,
                        1,
                        OptionalInt.empty(),
                        0.8,
                        Optional.of(Duration.ofMillis(300)),
                        Optional.of(Duration.ofMillis(40))));
        assertThat(directory.find("more").orElseThrow().tuning().protection())
                .contains(new Protection(
                        true, 3, OptionalInt.empty(), 0.8, Optional.of(Duration.ofSeconds(2)), Optional.empty()));
    }

    @Test
    void tuningShouldBeReadFromDefaultsAndModels() throws Exception {
        YamlModelDirectory directory = directory("""
                defaults: { protect-interactive: { running-target: 40 }, placement: { cursors: 2 } }
                models:
                  preset: { replicas: [ "http://a" ] }
                  own:
                    replicas: [ "http://a", "http://b" ]
                    protect-interactive: off
                    placement: { mode: scored, scorers: { prefix-cache: 3, queue: 2 } }
                    priority: -5
                    tokens-per-minute: { default: 1000, tenants: { alice: 5000 } }
                "*": { replicas: [ "http://router" ], router-headers: llm-d, objective: batch-sheddable }
                """);

        ModelTuning preset = directory.find("preset").orElseThrow().tuning();
        assertThat(preset.protection()).contains(new Protection(true, 1, OptionalInt.of(40), 0.8));
        assertThat(preset.placement()).isEqualTo(new Placement(true, 2, Placement.TUNED));
        assertThat(preset.tokens()).isEqualTo(MinuteBudget.UNLIMITED);
        ModelTuning own = directory.find("own").orElseThrow().tuning();
        assertThat(own.protection()).isEmpty();
        assertThat(own.placement()).isEqualTo(new Placement(false, 2, Map.of("prefix-cache", 3.0, "queue", 2.0)));
        assertThat(own.priority()).hasValue(-5);
        assertThat(own.tokens().perMinute(new TenantId("alice"))).hasValue(5000);
        assertThat(own.tokens().perMinute(new TenantId("bob"))).hasValue(1000);
        assertThat(directory.find("anything").orElseThrow().tuning().router())
                .isEqualTo(new RouterHeaders(RouterHeaders.Kind.LLM_D, Optional.of("batch-sheddable")));
    }

    @Test
    void hotPrefixGuardShouldBeReadFromDefaultsAndModels() throws Exception {
        YamlModelDirectory directory = directory("""
                defaults: { placement: { explore: 5, most-behind: 100000 } }
                models:
                  preset: { replicas: "http://a" }
                  scored: { replicas: "http://a", placement: scored }
                  own: { replicas: "http://a", placement: { explore: 0, scorers: { session-affinity: 3, context-length: 1 } } }
                """);

        assertThat(placement(directory, "preset"))
                .isEqualTo(new Placement(true, 1, Placement.TUNED, new HotPrefixGuard(5, 100_000), Map.of()));
        assertThat(placement(directory, "scored"))
                .isEqualTo(new Placement(false, 1, Placement.TUNED, new HotPrefixGuard(5, 100_000), Map.of()));
        assertThat(placement(directory, "own"))
                .isEqualTo(new Placement(
                        true,
                        1,
                        Map.of("session-affinity", 3.0, "context-length", 1.0),
                        new HotPrefixGuard(0, 100_000),
                        Map.of()));
        assertThat(placement(directory(MINIMAL), "m").hotPrefixGuard()).isEqualTo(new HotPrefixGuard(0, 286_704));
    }

    @Test
    void aReplicaShouldSayWhichPromptsItIsMeantFor() throws Exception {
        YamlModelDirectory directory = directory("""
                models:
                  m:
                    replicas:
                      - { url: "http://short:8000", context-length: "0-8192" }
                      - http://any:8000
                      - url: http://also-any:8000
                      - url: http://long:8000
                        context-length: 8192-131072
                  one: { replicas: { url: "http://one:8000", context-length: 5-5 } }
                  other: { replicas: "http://short:8000" }
                """);

        assertThat(directory.problem()).isEmpty();
        assertThat(directory.find("m").orElseThrow().replicas())
                .containsExactly(
                        URI.create("http://short:8000"),
                        URI.create("http://any:8000"),
                        URI.create("http://also-any:8000"),
                        URI.create("http://long:8000"));
        assertThat(placement(directory, "m").contextLengths())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        URI.create("http://short:8000"), new ContextLength(0, 8192),
                        URI.create("http://long:8000"), new ContextLength(8192, 131_072)));
        assertThat(placement(directory, "one").contextLengths())
                .containsExactly(Map.entry(URI.create("http://one:8000"), new ContextLength(5, 5)));
        assertThat(placement(directory, "other")).isEqualTo(Placement.RANGES);
    }

    private static Placement placement(YamlModelDirectory directory, String model) {
        return directory.find(model).orElseThrow().tuning().placement();
    }

    @Test
    void problemShouldNameTheLineOfTheKeyItIsAbout() throws Exception {
        YamlModelDirectory directory = directory("""
                # models
                models:
                  a:
                    replicas: [ "http://a" ]
                  b:
                    replicas: [ "http://b" ]
                    retrys: 3
                """);

        assertThat(directory.problem())
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains("models.yaml, line 7: unknown key 'retrys' of model 'b'")
                        .contains("retries"));
    }

    @Test
    void emptyFileShouldBeAProblem() throws Exception {
        assertThat(directory("# nothing yet\n").problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains("empty"));
    }

    @Test
    void aBadNameOfATenantShouldBeRefusedWithItsLine() throws Exception {
        YamlModelDirectory directory = directory(MINIMAL);
        String bad = """
                models:
                  m:
                    replicas: [ 'http://a:8000' ]
                    tokens-per-minute:
                      tenants:
                        alice: 100
                        "two words": 100
                """;

        write(bad);
        assertThat(directory.reloadIfChanged()).isTrue();
        assertThat(directory.problem())
                .hasValueSatisfying(why ->
                        assertThat(why).contains("line 7").contains("two words").contains("a tenant id must be"));
        assertThat(directory.find("m")).isPresent();

        assertThat(directory(bad).problem())
                .hasValueSatisfying(why -> assertThat(why).contains("line 7"));
    }

    @Test
    void hostsWithAnUnderscoreShouldBeTaken() throws Exception {
        YamlModelDirectory directory =
                directory("models: { m: { replicas: [ 'http://vllm_0:8000', 'https://my_host/base' ] } }");

        assertThat(directory.problem()).isEmpty();
        assertThat(directory.find("m").orElseThrow().replicas())
                .extracting(URI::getRawAuthority)
                .containsExactly("vllm_0:8000", "my_host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://a_b:0", "http://a_b:70000", "http://me@a_b", "http://a_b:x", "http://a_b-:1", "http:///x"
            })
    void hostsWithAnUnderscoreShouldBeCheckedAsOthersAre(String address) throws Exception {
        assertThat(directory("models: { m: { replicas: [ '" + address + "' ] } }")
                        .problem())
                .isPresent();
    }
}
