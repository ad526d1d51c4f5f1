package io.backfill.api.messages;

/** The response to the delete of a message batch. */
public record DeletedMessageBatch(String id, String type) {
    static DeletedMessageBatch of(String id) {
        return new DeletedMessageBatch(id, "message_batch_deleted");
    }
}
