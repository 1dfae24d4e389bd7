package dev.coppice.perf.figures;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32C;

/**
 * The JVM that {@link Before} counts in: it loads the store's classes with a call before some of
 * the methods, so that no build has to know that it is counted.
 */
public final class BeforeCounts {
    private static final Map<String, Set<String>> COUNTED =
            Map.of(
                    "dev.coppice.engine.page.PageMap", Set.of("visit"),
                    "dev.coppice.engine.space.WriteSet", Set.of("copyOnWrite"),
                    "dev.coppice.engine.page.PageBuilder", Set.of("stash"),
                    "dev.coppice.engine.page.LeafImage", Set.of("load"));
    private static final Map<String, LongAdder> COUNTS =
            Map.of(
                    "visit", new LongAdder(),
                    "copyOnWrite", new LongAdder(),
                    "stash", new LongAdder(),
                    "load", new LongAdder());
    private static final String OWN = "dev.coppice.perf.figures.BeforeCounts";
    private static final int HEADER_BYTES = 12_288;
    private static final int COPY_FROM = 65_536;
    private static final int COPY_TO = 69_632;

    private BeforeCounts() {}

    /** Called by the methods that are counted. */
    public static void count(String method) {
        COUNTS.get(method).increment();
    }

    /** Loads the store itself, and everything else from its parent. */
    private static final class Counting extends ClassLoader {
        Counting() {
            super(BeforeCounts.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean isOwn = name.startsWith("dev.coppice.") && !name.startsWith(OWN);
            if (!isOwn && !name.equals(BeforeWork.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String resource = name.replace('.', '/') + ".class";
            try (InputStream stream = getParent().getResourceAsStream(resource)) {
                byte[] bytes = stream.readAllBytes();
                Set<String> methods = COUNTED.get(name);
                byte[] counted = methods == null ? bytes : counted(bytes, methods);
                return defineClass(name, counted, 0, counted.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private static byte[] counted(byte[] bytes, Set<String> methods) {
        ClassDesc counter = ClassDesc.of(OWN);
        MethodTypeDesc type = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String);
        ClassTransform transform =
                (builder, element) -> {
                    if (element instanceof MethodModel method
                            && methods.contains(method.methodName().stringValue())) {
                        String name = method.methodName().stringValue();
                        CodeTransform call =
                                CodeTransform.ofStateful(() ->
                                        new CodeTransform() {
                                            @Override
                                            public void atStart(CodeBuilder code) {
                                                code.loadConstant(name)
                                                        .invokestatic(counter, "count", type);
                                            }

                                            @Override
                                            public void accept(CodeBuilder code, CodeElement each) {
                                                code.with(each);
                                            }
                                        });
                        builder.transformMethod(method, MethodTransform.transformingCode(call));
                    } else {
                        builder.with(element);
                    }
                };
        ClassFile file = ClassFile.of();
        return file.transformClass(file.parse(bytes), transform);
    }

    public static void main(String[] args) throws ReflectiveOperationException, IOException {
        long entries = Long.parseLong(args[0]);
        Path path = Path.of(args[1]);
        delete(path);
        Class<?> work = new Counting().loadClass(BeforeWork.class.getName());
        Class<?> kind = work.getClassLoader().loadClass(BeforeWork.class.getName() + "$Step");
        List<Object> result = new ArrayList<>();
        AutoCloseable running =
                (AutoCloseable)
                        work.getConstructor(long.class, Path.class).newInstance(entries, path);
        for (Object step : kind.getEnumConstants()) {
            COUNTS.values().forEach(LongAdder::reset);
            work.getMethod("run", kind).invoke(running, step);
            COUNTS.forEach((method, count) -> {
                result.add(step + "-" + method);
                result.add(count.sum());
            });
        }
        try {
            running.close();
        } catch (Exception e) {
            throw new IOException(e);
        }
        result.add("file-bytes");
        result.add(Files.size(path));
        result.add("file-crc-of-pages");
        result.add(crc(path));
        delete(path);
        Fork.result(result.toArray());
    }

    /** What is random lies in the header, its copy and the slots. */
    private static long crc(Path path) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        CRC32C crc = new CRC32C();
        crc.update(bytes, HEADER_BYTES, COPY_FROM - HEADER_BYTES);
        crc.update(bytes, COPY_TO, bytes.length - COPY_TO);
        return crc.getValue();
    }

    private static void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
        Files.deleteIfExists(path.resolveSibling(path.getFileName() + "-live"));
    }
}
