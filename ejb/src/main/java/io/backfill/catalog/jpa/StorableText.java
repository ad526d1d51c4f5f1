package io.backfill.catalog.jpa;

/** Client's text as a TEXT column takes it: PostgreSQL knows no U+0000, so that one becomes the replacement character. */
final class StorableText {
    private StorableText() {}

    static String of(String text) {
        return text.replace('\0', '\uFFFD');
    }
}
