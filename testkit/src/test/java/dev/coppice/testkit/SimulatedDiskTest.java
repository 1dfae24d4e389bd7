package dev.coppice.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.error.ReadOnlyException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreFullException;
import dev.coppice.error.StoreIoException;
import dev.coppice.storage.Identity;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
    private static final int SECTOR = 512;

    private final SimulatedDisk disk = newDisk();

    private static SimulatedDisk newDisk() {
        SimulatedDisk disk = new SimulatedDisk(1 << 20);
        disk.create(filled(8192, 1));
        return disk;
    }

    private static MemorySegment filled(long bytes, int value) {
        return Arena.ofAuto().allocate(bytes).fill((byte) value);
    }

    private static byte at(SimulatedDisk disk, long position) {
        return disk.chunks()[0].get(ValueLayout.JAVA_BYTE, position);
    }

    private static void write(SimulatedDisk disk, long position, long length, int value) {
        disk.write(position, filled(length, value), 0, length);
    }

    private static void storeQuietly(SimulatedDisk disk, long position, int value) {
        disk.writableChunks()[0].set(ValueLayout.JAVA_BYTE, position, (byte) value);
    }

    private static void store(SimulatedDisk disk, long position, int value) {
        storeQuietly(disk, position, value);
        disk.stored(position, 1);
    }

    private byte afterPowerLoss(SectorChoice choice, long position) {
        return at(disk.powerLoss(choice), position);
    }

    @Test
    void killKeepsCacheLiveMemoryAndBoot() {
        write(disk, 0, 10, 5);
        storeQuietly(disk, 5000, 6);
        disk.liveChunk(0).set(ValueLayout.JAVA_LONG, 0, 7);
        SimulatedDisk image = disk.kill();
        assertEquals(5, at(image, 9));
        assertEquals(6, at(image, 5000));
        assertEquals(7, image.liveChunk(0).get(ValueLayout.JAVA_LONG, 0));
        assertEquals(disk.identity(), image.identity());
    }

    @Test
    void imagesShareNothingWithTheDisk() {
        disk.liveChunk(0);
        SimulatedDisk image = disk.kill();
        write(disk, 0, 1, 9);
        disk.liveChunk(0).set(ValueLayout.JAVA_BYTE, 0, (byte) 9);
        assertEquals(1, at(image, 0));
        assertEquals(0, image.liveChunk(0).get(ValueLayout.JAVA_BYTE, 0));
        write(image, 1, 1, 8);
        assertEquals(1, at(disk, 1));
    }

    @Test
    void killedProcessLeavesItsUnsyncedSectorsUnsynced() {
        write(disk, 0, 1, 5);
        SimulatedDisk image = disk.kill();
        assertEquals(1, image.dirtySectors());
        assertEquals(1, at(image.powerLoss(new SectorChoice.None()), 0));
        assertEquals(5, at(image.powerLoss(new SectorChoice.All()), 0));
    }

    @Test
    void onlyWhatWasSyncedSurvivesForSure() {
        write(disk, 0, 1, 5);
        disk.sync();
        write(disk, 1, 1, 6);
        SimulatedDisk none = disk.powerLoss(new SectorChoice.None());
        assertEquals(5, at(none, 0));
        assertEquals(1, at(none, 1));
        assertEquals(6, afterPowerLoss(new SectorChoice.All(), 1));
    }

    @Test
    void powerLossEndsTheBootAndTheLiveMemory() {
        disk.liveChunk(1).set(ValueLayout.JAVA_LONG, 0, 7);
        Identity before = disk.identity();
        for (LiveFate fate : LiveFate.values()) {
            SimulatedDisk image = disk.powerLoss(new PowerLoss(new SectorChoice.All(), 0, fate));
            Identity after = image.identity();
            assertFalse(after.isSameBoot(before.bootHigh(), before.bootLow()));
            assertTrue(after.isSameFile(before.device(), before.inode()));
            assertEquals(fate == LiveFate.ABSENT ? 0 : 2, image.liveChunkCount());
            assertEquals(
                    fate == LiveFate.KEPT ? 7 : 0,
                    image.liveChunk(1).get(ValueLayout.JAVA_LONG, 0));
        }
    }

    @Test
    void sectorsCountInTheOrderOfTheirFirstChange() {
        write(disk, 3 * SECTOR, 1, 30);
        write(disk, SECTOR, 1, 10);
        write(disk, 2 * SECTOR, 1, 20);
        write(disk, 3 * SECTOR, 1, 31);
        SimulatedDisk two = disk.powerLoss(new SectorChoice.Prefix(2));
        assertEquals(31, at(two, 3 * SECTOR));
        assertEquals(10, at(two, SECTOR));
        assertEquals(1, at(two, 2 * SECTOR));
        SimulatedDisk but = disk.powerLoss(new SectorChoice.AllBut(1));
        assertEquals(31, at(but, 3 * SECTOR));
        assertEquals(1, at(but, SECTOR));
        assertEquals(20, at(but, 2 * SECTOR));
        SimulatedDisk only = disk.powerLoss(new SectorChoice.Only(2));
        assertEquals(1, at(only, 3 * SECTOR));
        assertEquals(20, at(only, 2 * SECTOR));
    }

    @Test
    void tornSectorIsNewUpToAByte() {
        write(disk, 0, 2 * SECTOR, 7);
        SimulatedDisk image = disk.powerLoss(new SectorChoice.Torn(1, 100));
        assertEquals(7, at(image, SECTOR - 1));
        assertEquals(7, at(image, SECTOR + 99));
        assertEquals(1, at(image, SECTOR + 100));
        assertEquals(1, at(image, 2 * SECTOR - 1));
    }

    @Test
    void earlierContentsMayBeOnTheMedium() {
        store(disk, 0, 2);
        store(disk, 0, 3);
        write(disk, 0, 1, 4);
        assertEquals(1, afterPowerLoss(new SectorChoice.Earlier(0, 0), 0));
        assertEquals(2, afterPowerLoss(new SectorChoice.Earlier(0, 1), 0));
        assertEquals(3, afterPowerLoss(new SectorChoice.Earlier(0, 2), 0));
        assertEquals(4, afterPowerLoss(new SectorChoice.All(), 0));
        List<Byte> seen = new ArrayList<>();
        for (long seed = 0; seed < 100; seed++) {
            seen.add(afterPowerLoss(new SectorChoice.Random(seed), 0));
        }
        assertTrue(seen.containsAll(List.of((byte) 1, (byte) 2, (byte) 3, (byte) 4)));
    }

    @Test
    void unannouncedStoresMayReachTheMediumButNoSyncCoversThem() {
        storeQuietly(disk, 700, 5);
        assertEquals(1, disk.unannouncedSectors());
        assertEquals(5, afterPowerLoss(new SectorChoice.All(), 700));
        disk.sync();
        assertEquals(1, afterPowerLoss(new SectorChoice.None(), 700));
        disk.stored(700, 1);
        assertEquals(0, disk.unannouncedSectors());
        disk.sync();
        assertEquals(5, afterPowerLoss(new SectorChoice.None(), 700));
    }

    @Test
    void syncOfRangesCoversOnlyThem() {
        write(disk, 0, 1, 5);
        write(disk, 4096, 1, 6);
        disk.sync(new long[] {4000, 100}, 1);
        SimulatedDisk image = disk.powerLoss(new SectorChoice.None());
        assertEquals(1, at(image, 0));
        assertEquals(6, at(image, 4096));
    }

    @Test
    void growthMayOrMayNotHaveHappened() {
        disk.grow(16384);
        write(disk, 12000, 1, 5);
        assertEquals(1, disk.sizeChanges());
        SectorChoice all = new SectorChoice.All();
        assertEquals(8192, disk.powerLoss(new PowerLoss(all, 0, LiveFate.ZEROS)).size());
        SimulatedDisk grown = disk.powerLoss(new PowerLoss(all, 1, LiveFate.ZEROS));
        assertEquals(16384, grown.size());
        assertEquals(5, at(grown, 12000));
        assertEquals(0, afterPowerLoss(new SectorChoice.None(), 12000));
        disk.sync();
        assertEquals(0, disk.sizeChanges());
        assertEquals(5, afterPowerLoss(new SectorChoice.None(), 12000));
    }

    @Test
    void cutBytesComeBackOnlyIfTheCutDidNotHappen() {
        SectorChoice all = new SectorChoice.All();
        SectorChoice none = new SectorChoice.None();
        disk.truncate(4096);
        disk.grow(8192);
        write(disk, 5000, 1, 9);
        assertEquals(1, at(disk.powerLoss(new PowerLoss(none, 0, LiveFate.ZEROS)), 5000));
        assertEquals(1, at(disk.powerLoss(new PowerLoss(all, 0, LiveFate.ZEROS)), 5000));
        assertEquals(4096, disk.powerLoss(new PowerLoss(all, 1, LiveFate.ZEROS)).size());
        assertEquals(0, at(disk.powerLoss(new PowerLoss(none, 2, LiveFate.ZEROS)), 5000));
        assertEquals(9, at(disk.powerLoss(new PowerLoss(all, 2, LiveFate.ZEROS)), 5000));
        disk.sync(new long[] {0, 1}, 1);
        assertEquals(0, at(disk.powerLoss(none), 5000));
        assertEquals(0, at(disk.powerLoss(none), 6000));
        assertEquals(9, at(disk.powerLoss(all), 5000));
    }

    @Test
    void creationIsAbsentOrCompleteAndThenDurable() {
        SimulatedDisk fresh = new SimulatedDisk(1 << 20);
        assertEquals(0, fresh.identity().inode());
        List<Long> sizes = new ArrayList<>();
        fresh.onStep((at, _, step) -> {
            assertEquals(Step.CREATE, step);
            for (PowerLoss loss : at.powerLossVariants(5, 1)) {
                SimulatedDisk image = at.powerLoss(loss);
                sizes.add(image.size());
                assertTrue(image.size() == 0 || at(image, 8191) == 1);
                image.discard();
            }
        });
        fresh.create(filled(8192, 1));
        assertTrue(sizes.containsAll(List.of(0L, 8192L)));
        assertEquals(8192, fresh.powerLoss(new SectorChoice.None()).size());
        assertNotEquals(0, fresh.identity().inode());
    }

    @Test
    void everyChangeIsAStep() {
        List<Step> seen = new ArrayList<>();
        disk.onStep((_, _, step) -> seen.add(step));
        disk.grow(16384);
        write(disk, 0, 1, 2);
        store(disk, 1, 3);
        disk.liveChunk(0);
        disk.liveStored(0, 8);
        disk.sync();
        disk.truncate(8192);
        assertEquals(
                List.of(
                        Step.GROW,
                        Step.WRITE,
                        Step.STORED,
                        Step.LIVE_STORED,
                        Step.SYNC_BEGIN,
                        Step.SYNC_END,
                        Step.TRUNCATE),
                seen);
        assertEquals(8, disk.steps());
    }

    @Test
    void crashFreezesTheDisk() {
        disk.onStep((_, _, step) -> {
            if (step == Step.SYNC_BEGIN) {
                throw new SimulatedCrash("here");
            }
        });
        write(disk, 0, 1, 5);
        assertThrows(SimulatedCrash.class, disk::sync);
        // What the dying process still does is not seen.
        assertThrows(SimulatedCrash.class, () -> write(disk, 1, 1, 6));
        assertThrows(SimulatedCrash.class, disk::sync);
        disk.chunks();
        disk.close();
        assertEquals(5, at(disk.kill(), 0));
        assertEquals(1, at(disk.kill(), 1));
        assertEquals(1, afterPowerLoss(new SectorChoice.None(), 0));
        assertEquals(1, disk.dirtySectors());
        write(disk.kill(), 1, 1, 6);
    }

    @Test
    void closedDiskCanBeOpenedAgain() {
        write(disk, 0, 1, 5);
        disk.close();
        assertThrows(StoreClosedException.class, () -> write(disk, 0, 1, 6));
        SimulatedDisk again = disk.kill();
        assertEquals(5, at(again, 0));
        write(again, 0, 1, 6);
    }

    @Test
    void theChosenOperationFailsOnceOrForGood() {
        disk.failIo(2, Fault.IO_ERROR, false);
        write(disk, 0, 1, 5);
        assertThrows(StoreIoException.class, () -> disk.grow(16384));
        disk.grow(16384);
        disk.failIo(1, Fault.DISK_FULL, true);
        assertThrows(StoreFullException.class, () -> disk.grow(20480));
        assertThrows(StoreFullException.class, () -> write(disk, 0, 1, 6));
        assertThrows(StoreIoException.class, disk::sync);
        assertEquals(16384, disk.size());
        disk.heal();
        disk.grow(20480);
    }

    @Test
    void failedWriteMayHaveWrittenAPart() {
        disk.failIo(1, Fault.IO_ERROR, false);
        assertThrows(StoreIoException.class, () -> write(disk, 0, 2048, 5));
        assertEquals(5, at(disk, 1023));
        assertEquals(1, at(disk, 1024));
    }

    @Test
    void failedSyncMakesTheCacheLie() {
        write(disk, 0, 1, 5);
        disk.failIo(1, Fault.IO_ERROR, false);
        assertThrows(StoreIoException.class, disk::sync);
        disk.sync();
        assertEquals(5, at(disk, 0));
        assertEquals(0, disk.dirtySectors());
        assertEquals(1, afterPowerLoss(new SectorChoice.All(), 0));
        SimulatedDisk image = disk.kill();
        image.evict();
        assertEquals(1, at(image, 0));
        disk.evict();
        assertEquals(1, at(disk, 0));
    }

    @Test
    void rewritingTheSameBytesAfterAFailedSyncMakesThemDirtyAgain() {
        write(disk, 0, 4096, 5);
        disk.failIo(1, Fault.IO_ERROR, false);
        assertThrows(StoreIoException.class, disk::sync);
        write(disk, 0, 4096, 5);
        assertEquals(1, afterPowerLoss(new SectorChoice.None(), 0));
        disk.sync();
        disk.evict();
        assertEquals(5, at(disk, 4095));
        assertEquals(5, afterPowerLoss(new SectorChoice.None(), 0));
    }

    @Test
    void deliveryPointReportsAPlannedFault() {
        disk.failDelivery(2);
        disk.deliveryPoint();
        assertThrows(InternalError.class, disk::deliveryPoint);
        disk.deliveryPoint();
    }

    @Test
    void shortWriteLeavesAFirstPart() {
        Set<Integer> lengths = new HashSet<>();
        for (int i = 0; i < 16; i++) {
            disk.shortenWrite(1, Fault.IO_ERROR);
            assertThrows(StoreIoException.class, () -> write(disk, 0, 4096, 5));
            int written = 0;
            while (at(disk, written) == 5) {
                written++;
            }
            lengths.add(written);
            assertTrue(written < 4096);
            assertEquals(1, at(disk, 4095));
            // Of each eight writes that end short, each ends elsewhere.
            write(disk, 0, 2048, 1);
            write(disk, 2048, 2048, 1);
        }
        assertTrue(lengths.containsAll(Set.of(0, 511, 512, 4095)), lengths.toString());
    }

    @Test
    void storeIntoABlockThatWasNeverWrittenIsLost() {
        long end = disk.size();
        disk.grow(end + 8192);
        SimulatedDisk image = disk.powerLoss(new SectorChoice.None());
        store(image, end - 1, 6);
        image.deliveryPoint();
        store(image, end, 6);
        assertThrows(InternalError.class, image::deliveryPoint);
        assertEquals(6, at(image, end - 1));
        assertEquals(0, at(image, end));
    }

    @Test
    void copyInThePlaceOfTheFileIsAnotherFile() {
        write(disk, 0, 1, 5);
        SimulatedDisk copy = disk.kill();
        write(disk, 0, 1, 6);
        disk.liveChunk(0).set(ValueLayout.JAVA_LONG, 0, 7);
        SimulatedDisk image = disk.replaced(copy);
        assertEquals(5, at(image, 0));
        assertEquals(7, image.liveChunk(0).get(ValueLayout.JAVA_LONG, 0));
        assertTrue(image.identity().inode() != disk.identity().inode());
    }

    @Test
    void readOnlyDiskRefusesChanges() {
        disk.setReadOnly(true);
        assertTrue(disk.isReadOnly());
        assertThrows(ReadOnlyException.class, () -> write(disk, 0, 1, 5));
        assertThrows(ReadOnlyException.class, disk::writableChunks);
    }

    @Test
    void lowerMaximumIsAFullDisk() {
        disk.setMaxSize(12288);
        disk.grow(12288);
        assertThrows(StoreFullException.class, () -> disk.grow(16384));
        assertThrows(IllegalArgumentException.class, () -> disk.setMaxSize(1L << 40));
    }

    @Test
    void discardedMemoryIsRefused() {
        SimulatedDisk image = disk.kill();
        image.discard();
        image.discard();
        assertThrows(IllegalStateException.class, image::kill);
        assertEquals(0, image.chunks().length);
    }
}
