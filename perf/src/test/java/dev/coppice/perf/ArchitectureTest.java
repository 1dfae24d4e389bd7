package dev.coppice.perf;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know what in perf. Stateless. */
@AnalyzeClasses(packages = "dev.coppice.perf", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule otherStoresAreKnownToOnePackage =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.coppice.perf.compare.store..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "org.lmdbjava..",
                            "org.agrona..",
                            "org.rocksdb..",
                            "org.h2..",
                            "jetbrains.exodus..",
                            "org.sqlite..",
                            "java.sql..",
                            "org.mapdb..",
                            "net.openhft..");

    @ArchTest
    static final ArchRule storesKnowNoWorkloads =
            noClasses()
                    .that()
                    .resideInAPackage("dev.coppice.perf.compare.store..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.coppice.perf.compare", "dev.coppice.perf.compare.work..");

    @ArchTest
    static final ArchRule workloadsKnowNoCommands =
            noClasses()
                    .that()
                    .resideInAPackage("dev.coppice.perf.compare.work..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.coppice.perf.compare");

    @ArchTest
    static final ArchRule figuresStandAlone =
            noClasses()
                    .that()
                    .resideInAPackage("dev.coppice.perf.figures..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.coppice.perf.compare..");
}
