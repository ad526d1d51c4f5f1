package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The compiled classes of the product. Modules share packages, so a class's module is where it was compiled. */
final class ProductClasses {
    static final Path HOME = Path.of(System.getProperty("backfill.home", "../.."));
    static final List<String> MODULES =
            List.of("domain", "adapters", "batch-jobs", "ejb", "web", "health", "k8s", "worker");

    private ProductClasses() {}

    static JavaClasses imported() {
        List<Path> folders = MODULES.stream()
                .map(module -> HOME.resolve(module).resolve("target/classes"))
                .toList();
        JavaClasses classes = new ClassFileImporter().importPaths(folders);
        assertThat(classes).hasSizeGreaterThan(200);
        return classes;
    }

    static Optional<String> moduleOf(JavaClass type) {
        return type.getSource()
                .map(source -> source.getUri().toString())
                .flatMap(uri -> MODULES.stream()
                        .filter(module -> uri.contains("/" + module + "/target/classes/"))
                        .findFirst());
    }
}
