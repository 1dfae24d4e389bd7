package dev.coppice.fuzz.memory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;

/**
 * The engine's classes as they are on the class path, but that {@link Allocations} is called before
 * everything that takes memory: new objects and arrays, and the calls of the library that grow or
 * copy something. With them come the classes of the crash suite, which use them.
 *
 * <p>Thread safety: as {@link ClassLoader}.
 */
final class AllocatingClasses extends ClassLoader {
    private static final String ENGINE = "dev.coppice.engine.";
    private static final String SUITE = "dev.coppice.fuzz.crash.";
    private static final ClassDesc ALLOCATIONS =
            Allocations.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc NEXT =
            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String);
    private static final Set<String> GROWING =
            Set.of("add", "put", "push", "offer", "addAll", "addLast", "merge", "set");
    private static final Set<String> COPYING =
            Set.of("copyOf", "copyOfRange", "clone", "allocate", "asSlice", "of", "toArray");

    AllocatingClasses() {
        super(AllocatingClasses.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(ENGINE) && !name.startsWith(SUITE)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            if (name.startsWith(ENGINE)) {
                bytes = counting(name.substring(ENGINE.length()), bytes);
            }
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] counting(String name, byte[] bytes) {
        ClassFile files = ClassFile.of();
        ClassTransform transform =
                (builder, element) -> {
                    // What fails while a class is being made ready is gone for good.
                    if (element instanceof MethodModel method
                            && !method.methodName().equalsString("<clinit>")) {
                        String site = name + "." + method.methodName().stringValue();
                        MethodTransform code = MethodTransform.transformingCode(counter(site));
                        builder.transformMethod(method, code);
                    } else {
                        builder.with(element);
                    }
                };
        return files.transformClass(files.parse(bytes), transform);
    }

    private static CodeTransform counter(String method) {
        return CodeTransform.ofStateful(() -> {
            int[] ordinal = {0};
            return (CodeBuilder code, CodeElement element) -> {
                if (takesMemory(element)) {
                    code.loadConstant(method + "#" + ordinal[0]++);
                    code.invokestatic(ALLOCATIONS, "next", NEXT);
                }
                code.with(element);
            };
        });
    }

    private static boolean takesMemory(CodeElement element) {
        return switch (element) {
            case NewObjectInstruction _,
                    NewPrimitiveArrayInstruction _,
                    NewReferenceArrayInstruction _,
                    NewMultiArrayInstruction _,
                    InvokeDynamicInstruction _ ->
                    true;
            case InvokeInstruction call -> takesMemory(call);
            default -> false;
        };
    }

    private static boolean takesMemory(InvokeInstruction call) {
        String name = call.name().stringValue();
        String owner = call.owner().asInternalName();
        boolean isCollection = owner.startsWith("java/util/");
        boolean copies = COPYING.contains(name) && (isCollection || !owner.startsWith("dev/"));
        return copies || (isCollection && GROWING.contains(name));
    }
}
