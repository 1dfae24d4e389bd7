package dev.coppice.perf.figures;

import java.nio.file.Path;

/** Where the source checkout is that {@code perf/run} was started from. Stateless. */
public final class Installation {
    private static final String HOME_PROPERTY = "coppice.home";

    private Installation() {}

    /** {@return the root of the checkout} */
    public static Path home() {
        return Path.of(System.getProperty(HOME_PROPERTY, ".")).toAbsolutePath().normalize();
    }

    /** {@return the default place of a measurement's files} */
    public static Path folder(String name) {
        return home().resolve("perf/target/figures").resolve(name);
    }

    /** {@return the program of the JDK that runs this} */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    public static String classPath() {
        return System.getProperty("java.class.path");
    }

    public static String homeOption() {
        return "-D" + HOME_PROPERTY + "=" + home();
    }
}
