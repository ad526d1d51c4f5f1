package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The last sentence of every {@code package-info.java} names the packages that its package calls, relative to {@code io.backfill}:
 * "May call {@code batches} and {@code ids}." or "May call no other package." The sentences are compared with compiled classes, which
 * contain the values of constants: a package of which only constants are used is not called.
 */
class PackageRulesTest {
    private static final String ROOT = "io.backfill.";
    private static final Pattern NAME = Pattern.compile("\\{@code ([a-z0-9.]+)}");
    private static final Pattern LAST_SENTENCE = Pattern.compile(
            "May call (no other package|NAME(?:(?:, | and )NAME)*)\\. \\*/".replace("NAME", NAME.pattern()));
    private static final Pattern LINE_BREAK = Pattern.compile("\\s+(?:\\*(?!/)\\s*)?");

    /** The names in the sentence of each package. A package is written {@code module: name}, because modules share packages. */
    private static final Map<String, Set<String>> NAMED = new TreeMap<>();

    /** The packages that each package calls, by name, with the classes that do. */
    private static final Map<String, Map<String, Set<String>>> CALLED = new TreeMap<>();

    @BeforeAll
    static void readSentences() throws IOException {
        for (String module : ProductClasses.MODULES) {
            Path sources = ProductClasses.HOME.resolve(module).resolve("src/main/java/io/backfill");
            try (Stream<Path> files = Files.walk(sources)) {
                for (Path file :
                        files.filter(path -> path.endsWith("package-info.java")).toList()) {
                    Path folder = sources.relativize(file.getParent());
                    String name = folder.toString().replace(File.separatorChar, '.');
                    String text = LINE_BREAK.matcher(Files.readString(file)).replaceAll(" ");
                    Matcher sentence = LAST_SENTENCE.matcher(text);
                    if (sentence.find()) {
                        NAMED.put(module + ": " + name, namesIn(sentence.group(1)));
                    }
                }
            }
        }
    }

    @BeforeAll
    static void importClasses() {
        for (JavaClass type : ProductClasses.imported()) {
            String origin = packageOf(type).orElseThrow();
            Map<String, Set<String>> calls = CALLED.computeIfAbsent(origin, first -> new TreeMap<>());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                Optional<String> other = packageOf(target).filter(place -> !place.equals(origin));
                if (other.isPresent()) {
                    calls.computeIfAbsent(nameOf(target), first -> new TreeSet<>())
                            .add(type.getName() + " calls " + target.getName());
                }
            }
        }
    }

    @Test
    void everyPackageShouldSayWhatItMayCall() {
        assertThat(NAMED.keySet())
                .as("packages whose package-info.java ends with the sentence")
                .containsExactlyInAnyOrderElementsOf(CALLED.keySet());
    }

    @Test
    void classesShouldCallOnlyWhatTheirPackageNames() {
        Set<String> unnamed = new TreeSet<>();
        CALLED.forEach((origin, calls) -> calls.forEach((target, classes) -> {
            if (!NAMED.getOrDefault(origin, Set.of()).contains(target)) {
                classes.forEach(call -> unnamed.add(origin + " does not name " + target + ": " + call));
            }
        }));
        assertThat(unnamed).isEmpty();
    }

    @Test
    void namedPackagesShouldBeCalled() {
        Set<String> uncalled = new TreeSet<>();
        NAMED.forEach((origin, names) -> names.forEach(name -> {
            if (!CALLED.getOrDefault(origin, Map.of()).containsKey(name)) {
                uncalled.add(origin + " names " + name + " but does not call it");
            }
        }));
        assertThat(uncalled).isEmpty();
    }

    private static Set<String> namesIn(String list) {
        return NAME.matcher(list).results().map(name -> name.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Optional<String> packageOf(JavaClass type) {
        return ProductClasses.moduleOf(type).map(module -> module + ": " + nameOf(type));
    }

    private static String nameOf(JavaClass type) {
        return type.getPackageName().substring(ROOT.length());
    }
}
