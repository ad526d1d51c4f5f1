package io.backfill.api.openapi;

import io.backfill.api.BackfillApplication;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A route of the application, read from the annotations of its resources.
 *
 * @param path as an OpenAPI path, without regular expressions
 */
record Route(String method, String path, Set<String> pathParameters, Set<String> queryParameters) {
    /** Returns the routes of all resources among the classes of this module. */
    static List<Route> all() {
        return resources().flatMap(Route::of).toList();
    }

    private static Stream<Class<?>> resources() {
        try {
            java.nio.file.Path classes = java.nio.file.Path.of(BackfillApplication.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            try (Stream<java.nio.file.Path> files = Files.walk(classes)) {
                return files
                        .map(file -> classes.relativize(file).toString())
                        .filter(name -> name.endsWith("Resource.class"))
                        .<Class<?>>map(Route::load)
                        .toList()
                        .stream();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> load(String file) {
        try {
            return Class.forName(file.replace(".class", "").replace('/', '.'));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<Route> of(Class<?> resource) {
        String base = resource.getAnnotation(Path.class).value();
        return Arrays.stream(resource.getDeclaredMethods())
                .flatMap(method -> httpMethod(method).map(name -> of(name, base, method)).stream());
    }

    private static Optional<String> httpMethod(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .flatMap(Stream::ofNullable)
                .map(HttpMethod::value)
                .findFirst();
    }

    private static Route of(String name, String base, Method method) {
        String more = Optional.ofNullable(method.getAnnotation(Path.class))
                .map(path -> "/" + path.value())
                .orElse("");
        String path = (base + more).replaceAll("//+", "/").replaceAll("\\{(\\w+) *:[^}]*}", "{$1}");
        return new Route(
                name,
                path,
                names(
                        method,
                        parameter -> Optional.ofNullable(parameter.getAnnotation(PathParam.class))
                                .map(PathParam::value)),
                names(
                        method,
                        parameter -> Optional.ofNullable(parameter.getAnnotation(QueryParam.class))
                                .map(QueryParam::value)));
    }

    private static Set<String> names(Method method, java.util.function.Function<Parameter, Optional<String>> name) {
        return Arrays.stream(method.getParameters())
                .flatMap(parameter -> name.apply(parameter).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
