package dev.coppice.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The family of power losses, and random histories against a model that keeps everything. */
class PowerLossesTest {
    private static final int SECTOR = 512;

    private static SimulatedDisk newDisk(int sectors) {
        SimulatedDisk disk = new SimulatedDisk(1 << 16);
        disk.create(Arena.ofAuto().allocate((long) sectors * SECTOR).fill((byte) 1));
        return disk;
    }

    private static void write(SimulatedDisk disk, long sector, int value) {
        MemorySegment bytes = Arena.ofAuto().allocate(SECTOR).fill((byte) value);
        disk.write(sector * SECTOR, bytes, 0, SECTOR);
    }

    /** {@return first byte of each sector} */
    private static List<Byte> contents(SimulatedDisk disk) {
        List<Byte> result = new ArrayList<>();
        for (long position = 0; position < disk.size(); position += SECTOR) {
            result.add(disk.chunks()[0].get(ValueLayout.JAVA_BYTE, position));
        }
        return result;
    }

    @Test
    void familyHoldsEveryPrefixEveryGapAndEveryTear() {
        SimulatedDisk disk = newDisk(8);
        for (int sector = 0; sector < 4; sector++) {
            write(disk, sector, 2);
        }
        List<PowerLoss> family = disk.powerLossVariants(10, 7);
        // 2 extremes and 3 more fates of the live file, 3 prefixes, 3 gaps, 4 tears, 10 random.
        assertEquals(5 + 3 + 3 + 4 + 10, family.size());
        Set<List<Byte>> images = new HashSet<>();
        for (PowerLoss loss : family) {
            SimulatedDisk image = disk.powerLoss(loss);
            images.add(contents(image).subList(0, 4));
            image.discard();
        }
        byte o = 1;
        byte n = 2;
        assertTrue(
                images.containsAll(
                        List.of(
                                List.of(o, o, o, o),
                                List.of(n, o, o, o),
                                List.of(n, n, o, o),
                                List.of(n, n, n, o),
                                List.of(n, n, n, n),
                                List.of(o, n, n, n),
                                List.of(n, o, n, n),
                                List.of(n, n, o, n))));
    }

    @Test
    void familyIsTheSameForTheSameSeed() {
        SimulatedDisk disk = newDisk(8);
        for (int sector = 0; sector < 4; sector++) {
            write(disk, sector, 2);
        }
        assertEquals(disk.powerLossVariants(10, 7), disk.powerLossVariants(10, 7));
        assertEquals(disk.powerLossVariants(10, 7), disk.kill().powerLossVariants(10, 7));
    }

    @Test
    void cleanDiskHasAFewVariantsOnly() {
        SimulatedDisk disk = newDisk(8);
        assertEquals(5, disk.powerLossVariants(50, 1).size());
    }

    /**
     * Writes, flushes and kills at random; every image must hold, in each sector, a content that
     * the sector had since it was last flushed.
     */
    @Test
    void imagesHoldOnlyContentsSinceTheLastFlush() {
        for (long seed = 0; seed < 200; seed++) {
            checkHistory(new SplittableRandom(seed), seed);
        }
    }

    private static void checkHistory(SplittableRandom random, long seed) {
        SimulatedDisk disk = newDisk(16);
        List<Set<Byte>> possible = new ArrayList<>();
        for (int sector = 0; sector < 16; sector++) {
            possible.add(new HashSet<>(Set.of((byte) 1)));
        }
        for (int i = 0; i < 40; i++) {
            int sector = random.nextInt(16);
            int value = random.nextInt(2, 100);
            switch (random.nextInt(8)) {
                case 0 -> {
                    disk.sync();
                    List<Byte> newest = contents(disk);
                    possible.replaceAll(_ -> new HashSet<>());
                    for (int j = 0; j < 16; j++) {
                        possible.get(j).add(newest.get(j));
                    }
                }
                case 1 -> {
                    long[] range = {(long) sector * SECTOR, SECTOR};
                    disk.sync(range, 1);
                    possible.set(sector, new HashSet<>(Set.of(contents(disk).get(sector))));
                }
                case 2 -> {
                    SimulatedDisk image = disk.kill();
                    disk.discard();
                    disk = image;
                }
                default -> {
                    write(disk, sector, value);
                    possible.get(sector).add((byte) value);
                }
            }
            checkImages(disk, possible, seed);
        }
        disk.discard();
    }

    private static void checkImages(SimulatedDisk disk, List<Set<Byte>> possible, long seed) {
        for (PowerLoss loss : disk.powerLossVariants(3, seed)) {
            SimulatedDisk image = disk.powerLoss(loss);
            List<Byte> found = contents(image);
            for (int sector = 0; sector < 16; sector++) {
                int at = sector;
                assertTrue(
                        possible.get(sector).contains(found.get(sector)),
                        () -> "seed " + seed + ", sector " + at + ", " + loss);
            }
            image.discard();
        }
    }
}
