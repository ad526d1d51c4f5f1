package io.backfill.api.models;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.api.Json;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.models.ModelDirectory;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.time.InstantSource;
import java.util.List;

/**
 * {@code /v1/models}: the models that the operator configured. Their names may contain slashes and colons. Uses field injection
 * because RESTEasy requires a no-argument constructor.
 */
@Path("/v1/models")
@Dependent
public class ModelsResource {
    @Inject
    private ModelDirectory models;

    @Inject
    private InstantSource time;

    @GET
    public Response list() {
        long now = time.instant().getEpochSecond();
        return Json.ok(new ModelList(
                "list",
                models.listed().stream()
                        .map(model -> ModelObject.of(model.name(), now))
                        .toList()));
    }

    @GET
    @Path("{name: .+}")
    public Response get(@PathParam("name") String sent) {
        String name = sent.endsWith("/") ? sent.substring(0, sent.length() - 1) : sent;
        if (models.find(name).isEmpty()) {
            throw new BackfillException(ErrorCode.MODEL_NOT_FOUND, "The model '" + name + "' does not exist", "model");
        }
        return Json.ok(ModelObject.of(name, time.instant().getEpochSecond()));
    }

    /**
     * The JSON form of a model.
     *
     * @param created the current time: it has no meaning for a configured model, but clients expect a timestamp
     */
    public record ModelObject(
            @JsonProperty("id") String id,
            @JsonProperty("object") String object,
            @JsonProperty("created") long created,
            @JsonProperty("owned_by") String ownedBy) {
        static ModelObject of(String name, long created) {
            return new ModelObject(name, "model", created, "backfill");
        }
    }

    /** All models. This list is not paged. */
    public record ModelList(String object, List<ModelObject> data) {}
}
