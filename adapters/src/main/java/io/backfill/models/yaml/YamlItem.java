package io.backfill.models.yaml;

/** One of a list. */
sealed interface YamlItem {
    record Text(String text) implements YamlItem {}

    record Keys(YamlMapping mapping) implements YamlItem {}
}
