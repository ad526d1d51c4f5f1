package io.backfill.webhooks.file;

import io.backfill.tenants.TenantId;
import io.backfill.webhooks.EndpointSecrets;
import io.backfill.webhooks.EventType;
import io.backfill.webhooks.OperatorEndpoint;
import io.backfill.webhooks.SigningSecret;
import io.backfill.webhooks.WebhookUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the file of an operator's endpoints: a list {@code endpoints} of mappings with {@code name}, {@code url},
 * {@code secret-file}, and optionally {@code event-types} (all by default) and {@code tenants} (all by default).
 */
public final class OperatorEndpointsFile {
    private static final Set<String> KEYS = Set.of("name", "url", "secret-file", "event-types", "tenants");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int MOST = 100;

    private final Path file;

    private OperatorEndpointsFile(Path file) {
        this.file = file;
    }

    /**
     * Reads the file. Relative paths of secrets are resolved against its folder.
     *
     * @throws IllegalArgumentException if it cannot be used, with a message that names the file and the key, and no secret
     */
    public static List<OperatorEndpoint> read(Path file) {
        return new OperatorEndpointsFile(file).endpoints();
    }

    private List<OperatorEndpoint> endpoints() {
        Object root;
        try {
            root = new Load(LoadSettings.builder().setLabel(file.toString()).build())
                    .loadFromString(Files.readString(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(file + " is not valid YAML: " + e.getMessage(), e);
        }
        if (!(root instanceof Map<?, ?> map) || !map.keySet().equals(Set.of("endpoints"))) {
            throw wrong("expected one key, 'endpoints'");
        }
        List<OperatorEndpoint> endpoints = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Object item : list("endpoints", map.get("endpoints"))) {
            OperatorEndpoint endpoint = endpoint(item);
            if (!names.add(endpoint.name())) {
                throw wrong("the name '" + endpoint.name() + "' is used twice");
            }
            endpoints.add(endpoint);
        }
        if (endpoints.size() > MOST) {
            throw wrong("at most " + MOST + " endpoints are possible");
        }
        return List.copyOf(endpoints);
    }

    private OperatorEndpoint endpoint(Object item) {
        if (!(item instanceof Map<?, ?> map)) {
            throw wrong("each element of 'endpoints' is a mapping");
        }
        for (Object key : map.keySet()) {
            if (!(key instanceof String text) || !KEYS.contains(text)) {
                throw wrong("unknown key '" + key + "'; expected one of " + String.join(", ", new TreeSet<>(KEYS)));
            }
        }
        String name = text(map, "name");
        if (!NAME.matcher(name).matches()) {
            throw wrong("'name' has 1 to 64 letters, digits, '.', '_' and '-', not '" + name + "'");
        }
        String url = text(map, "url");
        try {
            WebhookUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw wrong("the 'url' of endpoint '" + name + "' cannot be used: " + e.getMessage());
        }
        return new OperatorEndpoint(
                name, url, types(map), tenants(map), EndpointSecrets.of(secret(name, text(map, "secret-file"))));
    }

    private Set<EventType> types(Map<?, ?> map) {
        if (map.get("event-types") == null) {
            return Set.of(EventType.values());
        }
        Set<EventType> types = new HashSet<>();
        for (Object type : list("event-types", map.get("event-types"))) {
            types.add(EventType.named(String.valueOf(type))
                    .orElseThrow(() -> wrong("unknown event type '" + type + "'; expected some of "
                            + String.join(", ", EventType.wireNames()))));
        }
        return types;
    }

    private Optional<Set<TenantId>> tenants(Map<?, ?> map) {
        if (map.get("tenants") == null) {
            return Optional.empty();
        }
        Set<TenantId> tenants = new HashSet<>();
        for (Object tenant : list("tenants", map.get("tenants"))) {
            try {
                tenants.add(new TenantId(String.valueOf(tenant)));
            } catch (IllegalArgumentException e) {
                throw wrong("'" + tenant + "' is not a tenant: " + e.getMessage());
            }
        }
        return Optional.of(tenants);
    }

    private SigningSecret secret(String name, String path) {
        Path secret = file.toAbsolutePath().resolveSibling(path);
        try {
            return SigningSecret.of(Files.readString(secret).strip());
        } catch (IOException e) {
            throw wrong("the 'secret-file' of endpoint '" + name + "', " + secret + ", cannot be read");
        } catch (IllegalArgumentException e) {
            throw wrong("the 'secret-file' of endpoint '" + name + "': " + e.getMessage());
        }
    }

    private String text(Map<?, ?> map, String key) {
        if (map.get(key) instanceof String text && !text.isBlank()) {
            return text;
        }
        throw wrong("each endpoint needs the key '" + key + "' with a text");
    }

    private List<?> list(String key, @Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw wrong("'" + key + "' is a list");
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(file + ": " + what);
    }
}
