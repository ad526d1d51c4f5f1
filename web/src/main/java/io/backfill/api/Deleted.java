package io.backfill.api;

/** The answer to a delete: never empty, because typed clients read it. */
public record Deleted(String id, String object, boolean deleted) {}
