package dev.coppice.engine.check;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each package imports those before it and the JDK, and what says which values may be null. */
class LayeringTest {
    private static final List<String> LAYERS =
            List.of(
                    "dev.coppice.error",
                    "dev.coppice.storage",
                    "dev.coppice.engine.page",
                    "dev.coppice.engine.space",
                    "dev.coppice.engine.btree",
                    "dev.coppice.engine.commit",
                    "dev.coppice.engine.check",
                    "dev.coppice.engine");

    private final JavaClasses engine =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.coppice");

    @Test
    void packagesImportOnlyWhatLiesBelow() {
        List<String> allowed = new ArrayList<>(List.of("java..", "org.jspecify.annotations"));
        for (String layer : LAYERS) {
            allowed.add(layer);
            classes()
                    .that()
                    .resideInAPackage(layer)
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(allowed.toArray(new String[0]))
                    .check(engine);
        }
    }

    @Test
    void everyPackageIsALayer() {
        classes().should().resideInAnyPackage(LAYERS.toArray(new String[0])).check(engine);
        assertFalse(engine.isEmpty());
    }
}
