package io.backfill.api.welcome;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.api.Json;
import io.backfill.api.http.ApiRequest;
import jakarta.enterprise.context.Dependent;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;

/**
 * {@code GET /}: says what this server is and where its parts are, as HTML for browsers and as JSON for all other clients. Shows
 * nothing of a tenant or of the configuration, so that it needs no API key.
 */
@Path("/")
@Dependent
public class WelcomeResource {
    private static final String WHAT = "Backfill: OpenAI's Files and Batches API in front of your own model servers.";

    /** The page as JSON. Addresses are absolute. */
    public record Welcome(
            @JsonProperty("object") String object,
            @JsonProperty("description") String description,
            @JsonProperty("api") String api,
            @JsonProperty("models") String models,
            @JsonProperty("metrics") String metrics,
            @JsonProperty("openapi") String openapi,
            @JsonProperty("documentation") String documentation) {
        static Welcome at(UriInfo address) {
            String base = address.getBaseUri().toString().replaceAll("/+$", "");
            return new Welcome(
                    "backfill",
                    WHAT,
                    base + "/v1",
                    base + "/v1/models",
                    base + "/metrics",
                    base + "/openapi",
                    "README.md and docs/ of the distribution");
        }
    }

    @GET
    public Response get(@Context UriInfo address, @Context HttpServletRequest servletRequest) {
        Welcome welcome = Welcome.at(address);
        // the filter hides Accept from JAX-RS
        boolean html = ApiRequest.of(servletRequest)
                .header("Accept")
                .filter(types -> types.contains("text/html"))
                .isPresent();
        return html ? Response.ok(page(welcome), "text/html; charset=utf-8").build() : Json.ok(welcome);
    }

    private static String page(Welcome welcome) {
        return """
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Backfill</title>
                <style>
                  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
                  body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
                  code { font-size: .95em }
                </style>
                <h1>Backfill</h1>
                <p>%s</p>
                <p>Point an OpenAI client at it:</p>
                <pre><code>client = OpenAI(base_url="%s")</code></pre>
                <ul>
                  <li>Models: <a href="%s"><code>GET /v1/models</code></a></li>
                  <li>Batches: <code>POST /v1/files</code>, then <code>POST /v1/batches</code></li>
                  <li>All requests, as OpenAPI: <a href="%s"><code>GET /openapi</code></a></li>
                  <li>Metrics for Prometheus: <a href="%s"><code>GET /metrics</code></a></li>
                </ul>
                <p>The distribution has the documentation: <code>README.md</code> and <code>docs/</code>.</p>
                </html>
                """.formatted(
                        WHAT,
                        escaped(welcome.api()),
                        escaped(welcome.models()),
                        escaped(welcome.openapi()),
                        escaped(welcome.metrics()));
    }

    /** The address comes from the request's {@code Host}, so it may hold any character. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
