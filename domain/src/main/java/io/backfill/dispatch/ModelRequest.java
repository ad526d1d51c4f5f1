package io.backfill.dispatch;

import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import java.util.Map;

/**
 * One call to be made. The body is a range of a larger array, as it stood in the input, and goes out byte for byte.
 *
 * @param id the line's id, sent as {@code X-Request-Id}; the same for every attempt
 * @param path of the endpoint, such as {@code /v1/chat/completions}
 * @param headers captured from the client
 * @param abort stops waiting and, at its second stage, the call
 */
public record ModelRequest(
        String id,
        BatchId batch,
        TenantId tenant,
        Model model,
        String path,
        byte[] buffer,
        int bodyStart,
        int bodyLength,
        Map<String, String> headers,
        AbortSignal abort,
        SendFence fence) {
    /** The same call to another state of the model's configuration. */
    public ModelRequest withModel(Model other) {
        return new ModelRequest(id, batch, tenant, other, path, buffer, bodyStart, bodyLength, headers, abort, fence);
    }
}
