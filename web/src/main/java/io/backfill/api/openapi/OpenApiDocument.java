package io.backfill.api.openapi;

import io.backfill.api.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The document in both of its forms. The YAML form is the source, in the file {@code openapi.yaml} beside this class. */
final class OpenApiDocument {
    private final byte[] yaml;
    private final byte[] json;

    private OpenApiDocument(byte[] yaml) {
        this.yaml = yaml;
        Object tree = new Load(LoadSettings.builder().build()).loadFromString(new String(yaml, StandardCharsets.UTF_8));
        this.json = Json.bytes(Objects.requireNonNull(tree));
    }

    /** Returns the document, which the first call reads. */
    static OpenApiDocument get() {
        return Holder.DOCUMENT;
    }

    byte[] yaml() {
        return yaml.clone();
    }

    byte[] json() {
        return json.clone();
    }

    private static final class Holder {
        private static final OpenApiDocument DOCUMENT = read();

        private static OpenApiDocument read() {
            try (InputStream file = OpenApiDocument.class.getResourceAsStream("openapi.yaml")) {
                return new OpenApiDocument(Objects.requireNonNull(file, "openapi.yaml is missing in the deployment")
                        .readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
