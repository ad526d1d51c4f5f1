package io.backfill.models.yaml;

/** An element of a list. */
sealed interface YamlItem {
    record Text(String text) implements YamlItem {}

    record Keys(YamlMapping mapping) implements YamlItem {}
}
