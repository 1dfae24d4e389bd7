package dev.coppice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.StoreException;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program on the module path gets, and what it cannot reach. */
class ModuleTest {
    @TempDir private Path directory;

    @Test
    void moduleExportsThePublicPackageOnly() {
        assertEquals(Set.of("dev.coppice"), exportsToAll(Store.class, "dev.coppice"));
    }

    @Test
    void engineExportsErrorsAndStorageOnly() {
        assertEquals(
                Set.of("dev.coppice.error", "dev.coppice.storage"),
                exportsToAll(StoreException.class, "dev.coppice.engine"));
    }

    @Test
    void modularProgramRunsWithCoppiceAlone() throws Exception {
        StringWriter messages = new StringWriter();
        assertTrue(compile(messages, ""), messages.toString());
        assertEquals("", messages.toString());

        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-p",
                                modulePath() + File.pathSeparator + directory,
                                "-m",
                                "app/app.Main")
                        .redirectErrorStream(true)
                        .start();

        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals("1.0842" + System.lineSeparator(), output);
    }

    @Test
    void modularProgramCannotReachTheEngine() throws Exception {
        StringWriter messages = new StringWriter();
        assertFalse(compile(messages, "import dev.coppice.engine.Engine;"));
        assertTrue(messages.toString().contains("dev.coppice.engine"), messages.toString());
    }

    private boolean compile(StringWriter messages, String moreImports) throws IOException {
        Path module =
                Files.writeString(
                        directory.resolve("module-info.java"),
                        "module app { requires dev.coppice; }");
        Path main =
                Files.writeString(
                        Files.createDirectories(directory.resolve("app")).resolve("Main.java"),
                        """
                        package app;
                        import dev.coppice.Store;
                        %s
                        public class Main {
                            public static void main(String[] args) {
                                try (Store store = Store.inMemory()) {
                                    store.put("EURUSD".getBytes(), "1.0842".getBytes());
                                    System.out.println(new String(store.get("EURUSD".getBytes())));
                                }
                            }
                        }
                        """
                                .formatted(moreImports));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options = List.of("-p", modulePath(), "-d", directory.toString());
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            return compiler.getTask(
                            messages,
                            files,
                            null,
                            options,
                            null,
                            files.getJavaFileObjects(module, main))
                    .call();
        }
    }

    private static String modulePath() {
        return home(Store.class) + File.pathSeparator + home(StoreException.class);
    }

    private static Path home(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Set<String> exportsToAll(Class<?> type, String module) {
        ModuleDescriptor descriptor =
                ModuleFinder.of(home(type)).find(module).orElseThrow().descriptor();
        return descriptor.exports().stream()
                .filter(exports -> !exports.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toSet());
    }
}
