package io.backfill.catalog.jpa;

/** Converts a client's text for a TEXT column: PostgreSQL does not allow U+0000, which is replaced by U+FFFD. */
final class StorableText {
    private StorableText() {}

    static String of(String text) {
        return text.replace('\0', '\uFFFD');
    }
}
