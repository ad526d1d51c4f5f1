package io.backfill.api;

/** The response to a delete. It has a body because typed clients parse one. */
public record Deleted(String id, String object, boolean deleted) {}
