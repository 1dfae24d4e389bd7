package dev.coppice.fuzz.races;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Set;

/**
 * The engine's classes as they are on the class path, but that each access to a word of shared
 * memory, and each fence, calls {@link Accesses}. An access that it does not know does not link.
 *
 * <p>Thread safety: as {@link ClassLoader}.
 */
final class RedirectedClasses extends ClassLoader {
    private static final String REDIRECTED = "dev.coppice.engine.";
    private static final ClassDesc ACCESSES = Accesses.class.describeConstable().orElseThrow();
    private static final ClassDesc WORD = VarHandle.class.describeConstable().orElseThrow();
    private static final ClassDesc SEGMENT = MemorySegment.class.describeConstable().orElseThrow();
    private static final ClassDesc LONG =
            ValueLayout.OfLong.class.describeConstable().orElseThrow();
    private static final Set<String> SEGMENT_ACCESSES = Set.of("get", "set");

    RedirectedClasses() {
        super(RedirectedClasses.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(REDIRECTED)) {
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
            ClassFile files = ClassFile.of();
            ClassTransform redirect =
                    ClassTransform.transformingMethodBodies(
                            (code, element) -> code.with(redirected(element)));
            byte[] bytes = files.transformClass(files.parse(in.readAllBytes()), redirect);
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CodeElement redirected(CodeElement element) {
        if (!(element instanceof InvokeInstruction call) || !isAccess(call)) {
            return element;
        }
        ClassDesc owner = call.owner().asSymbol();
        MethodTypeDesc type = call.typeSymbol();
        if (call.opcode() != Opcode.INVOKESTATIC) {
            type = type.insertParameterTypes(0, owner);
        }
        return invokeStatic(call.name().stringValue(), type);
    }

    private static boolean isAccess(InvokeInstruction call) {
        ClassDesc owner = call.owner().asSymbol();
        List<ClassDesc> parameters = call.typeSymbol().parameterList();
        boolean isSegment =
                owner.equals(SEGMENT)
                        && SEGMENT_ACCESSES.contains(call.name().stringValue())
                        && parameters.contains(LONG);
        boolean isWord =
                owner.equals(WORD) && (parameters.isEmpty() || parameters.contains(SEGMENT));
        return isSegment || isWord;
    }

    private static CodeElement invokeStatic(String name, MethodTypeDesc type) {
        var pool = java.lang.classfile.constantpool.ConstantPoolBuilder.of();
        return InvokeInstruction.of(Opcode.INVOKESTATIC, pool.methodRefEntry(ACCESSES, name, type));
    }
}
