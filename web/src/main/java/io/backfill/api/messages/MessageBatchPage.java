package io.backfill.api.messages;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.backfill.batches.Batch;
import io.backfill.service.Page;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of message batches. The ids of an empty page are null, as in Anthropic's API. */
public record MessageBatchPage(
        @JsonProperty("data") List<MessageBatchObject> data,
        @JsonProperty("has_more") boolean hasMore,
        @JsonProperty("first_id") @Nullable String firstId,
        @JsonProperty("last_id") @Nullable String lastId) {
    static MessageBatchPage of(Page<Batch> page, String base) {
        List<MessageBatchObject> data = page.items().stream()
                .map(batch -> MessageBatchObject.of(batch, base))
                .toList();
        return new MessageBatchPage(
                data,
                page.hasMore(),
                data.isEmpty() ? null : data.getFirst().id(),
                data.isEmpty() ? null : data.getLast().id());
    }
}
