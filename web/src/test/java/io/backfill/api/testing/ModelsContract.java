package io.backfill.api.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** Tests of {@code /v1/models}. */
public interface ModelsContract {
    ApiClient client();

    /** Returns the name of a model on the server, which must contain a slash. */
    String model();

    @Test
    default void listShouldNameTheModels() {
        JsonNode list = client().get("/v1/models").expect(200).json();
        assertThat(list.get("object").asText()).isEqualTo("list");
        assertThat(list.get("data")).isNotEmpty().allSatisfy(model -> {
            assertThat(model.get("object").asText()).isEqualTo("model");
            assertThat(model.get("owned_by").asText()).isEqualTo("backfill");
            assertThat(model.get("created").isIntegralNumber()).isTrue();
        });
        assertThat(list.get("data"))
                .anySatisfy(model -> assertThat(model.get("id").asText()).isEqualTo(model()));
    }

    @Test
    default void modelShouldBeFoundByItsNameWithAllItsSlashes() {
        assertThat(client().get("/v1/models/" + model()).expect(200).at("id")).isEqualTo(model());
        assertThat(client().get("/v1/models/" + model().replace("/", "%2F") + "/")
                        .expect(200)
                        .at("id"))
                .isEqualTo(model());
    }

    @Test
    default void unknownModelShouldBeA404() {
        client().get("/v1/models/no/such:model")
                .expectError(404, "The model 'no/such:model' does not exist", "model", "model_not_found");
    }
}
