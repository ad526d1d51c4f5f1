package io.backfill.models.yaml;

import io.backfill.dispatch.http.ReservedHeaders;
import io.backfill.models.Model;
import io.backfill.tls.ApiKeyFile;
import io.backfill.tls.ClientTls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads the entry of one model, and checks that the files that it names can be used. */
final class ModelEntry {
    private static final Set<String> KEYS = Set.of(
            "max-in-flight",
            "timeout",
            "retries",
            "backoff",
            "patience",
            "api-key-file",
            "override-authorization",
            "headers",
            "tls");

    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]{1,4096}");

    private final Path folder;
    private final YamlMapping entry;
    private final ModelDefaults defaults;
    private final List<Path> files;

    /** @param files receives every file that the entry names, even if the entry is rejected */
    ModelEntry(Path folder, YamlMapping entry, ModelDefaults defaults, List<Path> files) {
        this.folder = folder;
        this.entry = entry;
        this.defaults = defaults;
        this.files = files;
    }

    Model read(String name) throws ModelsFileException {
        String replicasKey = ReplicasEntry.keyIn(entry);
        Set<String> known = new TreeSet<>(KEYS);
        known.add(replicasKey);
        known.addAll(TuningEntry.KEYS);
        entry.allowOnly(known);
        ModelDefaults own = defaults.with(entry);
        ReplicasEntry replicas = new ReplicasEntry(entry, replicasKey);
        Map<String, String> headers = headers();
        return new Model(
                name,
                replicas.addresses(),
                own.maxInFlight(),
                own.timeout(),
                own.retry(),
                apiKeyFile(headers),
                entry.flag("override-authorization").orElse(false),
                headers,
                tls(replicas.addresses()),
                new TuningEntry(entry, replicas.contextLengths()).above(defaults.tuning()));
    }

    private Map<String, String> headers() throws ModelsFileException {
        Map<String, String> headers = new LinkedHashMap<>();
        Optional<YamlMapping> mapping = entry.mapping("headers", "the headers");
        if (mapping.isPresent()) {
            for (String name : mapping.get().keys()) {
                if (!HEADER_NAME.matcher(name).matches() || ReservedHeaders.contains(name)) {
                    throw mapping.get().unusable(name, "a header of this name cannot be configured");
                }
                String value = mapping.get().text(name).orElse("");
                if (!HEADER_VALUE.matcher(value).matches()) {
                    throw mapping.get().unusable(name, "expected one line of ASCII text");
                }
                headers.put(name, value);
            }
        }
        return headers;
    }

    private Optional<Path> apiKeyFile(Map<String, String> headers) throws ModelsFileException {
        Optional<Path> file = file(entry, "api-key-file");
        if (file.isPresent()) {
            if (headers.keySet().stream().anyMatch("Authorization"::equalsIgnoreCase)) {
                throw entry.unusable("api-key-file", "headers already contains Authorization; remove one of the two");
            }
            try {
                ApiKeyFile.read(file.get());
            } catch (IOException e) {
                throw entry.unusable("api-key-file", String.valueOf(e.getMessage()));
            }
        }
        return file;
    }

    private Optional<Model.Tls> tls(List<URI> replicas) throws ModelsFileException {
        Optional<YamlMapping> mapping = entry.mapping("tls", "tls");
        if (mapping.isEmpty()) {
            return Optional.empty();
        }
        YamlMapping tls = mapping.get();
        tls.allowOnly(Set.of("ca-file", "cert-file", "key-file", "key-password-file"));
        if (replicas.stream().noneMatch(replica -> "https".equals(replica.getScheme()))) {
            throw entry.unusable("tls", "no replica uses https");
        }
        try {
            Model.Tls files = new Model.Tls(
                    file(tls, "ca-file"),
                    file(tls, "cert-file"),
                    file(tls, "key-file"),
                    file(tls, "key-password-file"));
            ClientTls.context(files);
            return Optional.of(files);
        } catch (IllegalArgumentException | IOException e) {
            throw entry.unusable("tls", String.valueOf(e.getMessage()));
        }
    }

    private Optional<Path> file(YamlMapping mapping, String key) throws ModelsFileException {
        Optional<Path> file = mapping.text(key).map(folder::resolve);
        file.ifPresent(files::add);
        return file;
    }
}
