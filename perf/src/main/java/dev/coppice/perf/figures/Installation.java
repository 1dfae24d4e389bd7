package dev.coppice.perf.figures;

import java.nio.file.Path;

/** Where the source checkout is that {@code perf/run} was started from. Stateless. */
final class Installation {
    private static final String HOME_PROPERTY = "coppice.home";

    private Installation() {}

    /** {@return the root of the checkout} */
    static Path home() {
        return Path.of(System.getProperty(HOME_PROPERTY, ".")).toAbsolutePath().normalize();
    }

    /** {@return the default place of a measurement's files} */
    static Path folder(String name) {
        return home().resolve("perf/target/figures").resolve(name);
    }

    /** {@return the program of the JDK that runs this} */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    static String classPath() {
        return System.getProperty("java.class.path");
    }

    static String homeOption() {
        return "-D" + HOME_PROPERTY + "=" + home();
    }
}
