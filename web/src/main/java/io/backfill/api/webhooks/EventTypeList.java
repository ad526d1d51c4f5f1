package io.backfill.api.webhooks;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** The types of events that this server emits. */
public record EventTypeList(
        @JsonProperty("object") String object,
        @JsonProperty("data") List<String> data) {}
