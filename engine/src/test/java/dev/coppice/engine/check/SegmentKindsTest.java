package dev.coppice.engine.check;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/**
 * The engine has segments of one kind, off the heap and for all threads. The JIT compiles an access
 * for all kinds that the JVM has met: a confined one asks each access for its thread, one on the
 * heap makes calls of what is a number otherwise; docs/perf/tricks.md#one-kind-of-segments.
 */
class SegmentKindsTest {
    private static final ArchRule ONE_KIND =
            noClasses()
                    .should()
                    .callMethod(Arena.class, "ofConfined")
                    .orShould()
                    .callMethod(MemorySegment.class, "ofArray", byte[].class)
                    .orShould()
                    .callMethod(MemorySegment.class, "ofArray", long[].class)
                    .orShould()
                    .callMethod(MemorySegment.class, "ofBuffer", ByteBuffer.class)
                    .orShould()
                    .callMethod(MemorySegment.class, "toArray", ValueLayout.OfByte.class);

    @Test
    void engineHasNoConfinedSegmentsAndNoneOnTheHeap() {
        ONE_KIND.check(
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("dev.coppice"));
    }
}
