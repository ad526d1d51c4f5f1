package io.backfill.k8s.chart;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Finds fields that a typed object of the Kubernetes model accepted without knowing them: misspelled and misplaced fields. */
final class UnknownFields {
    private final List<String> found = new ArrayList<>();

    private UnknownFields() {}

    static List<String> in(Object object) {
        UnknownFields search = new UnknownFields();
        search.visit(object, "");
        return search.found;
    }

    private void visit(Object object, String path) {
        switch (object) {
            case null -> {}
            case Collection<?> items -> items.forEach(item -> visit(item, path + "[]"));
            case Map<?, ?> map -> map.forEach((key, value) -> visit(value, path + "." + key));
            default -> {
                if (object.getClass().getName().startsWith("io.fabric8.")
                        && !object.getClass().isEnum()) {
                    visitFields(object, path);
                }
            }
        }
    }

    private void visitFields(Object object, String path) {
        for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    Object value = read(object, field);
                    if (field.getName().equals("additionalProperties") && value instanceof Map<?, ?> unknown) {
                        unknown.keySet().forEach(name -> found.add(path + "." + name));
                    } else {
                        visit(value, path + "." + field.getName());
                    }
                }
            }
        }
    }

    private static Object read(Object object, Field field) {
        try {
            field.setAccessible(true);
            return field.get(object);
        } catch (IllegalAccessException e) {
            throw new LinkageError("field " + field, e);
        }
    }
}
