package dev.coppice.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;

/** The family of power losses that a crash suite tries at one moment. Thread safety: one thread. */
final class PowerLosses {
    private final List<PowerLoss> all = new ArrayList<>();
    private final int sizeChanges;

    private PowerLosses(int sizeChanges) {
        this.sizeChanges = sizeChanges;
    }

    static List<PowerLoss> of(DiskContent content, int randomSubsets, long seed) {
        PowerLosses family = new PowerLosses(content.sizeChanges());
        Map<Long, PendingSector> dirty = content.dirty();
        SplittableRandom random = new SplittableRandom(seed);
        family.addExtremes();
        family.addPrefixes(dirty.size());
        family.addSingles(dirty.size(), random);
        family.addEarlier(List.copyOf(dirty.values()));
        for (int i = 0; dirty.size() > 1 && i < randomSubsets; i++) {
            family.add(new SectorChoice.Random(random.nextLong()), anySizeChanges(random, content));
        }
        return family.all;
    }

    /**
     * {@return at most so many of them, in an order in which the kinds of choice, few or many of
     * each, take turns}
     *
     * @param kept how many of the first stay where they are
     */
    static List<PowerLoss> sample(List<PowerLoss> losses, int most, int kept, long seed) {
        List<PowerLoss> sample = new ArrayList<>(losses);
        if (sample.size() > most) {
            mix(sample.subList(kept, sample.size()), new Random(seed));
            sample.subList(most, sample.size()).clear();
        }
        return sample;
    }

    private static void mix(List<PowerLoss> losses, Random random) {
        Collections.shuffle(losses, random);
        Map<Class<?>, Integer> counts = new HashMap<>();
        IdentityHashMap<PowerLoss, Integer> turns = new IdentityHashMap<>();
        for (PowerLoss each : losses) {
            turns.put(each, counts.merge(each.sectors().getClass(), 1, Integer::sum));
        }
        losses.sort(Comparator.comparing(turns::get));
    }

    private static int anySizeChanges(SplittableRandom random, DiskContent content) {
        return random.nextInt(content.sizeChanges() + 1);
    }

    /** Nothing and everything, with every size and every fate of the live file. */
    private void addExtremes() {
        for (int changes = 0; changes <= sizeChanges; changes++) {
            add(new SectorChoice.None(), changes);
            add(new SectorChoice.All(), changes);
        }
        all.add(new PowerLoss(new SectorChoice.None(), sizeChanges, LiveFate.KEPT));
        all.add(new PowerLoss(new SectorChoice.All(), sizeChanges, LiveFate.KEPT));
        all.add(new PowerLoss(new SectorChoice.All(), sizeChanges, LiveFate.ABSENT));
    }

    private void addPrefixes(int sectors) {
        for (int count = 1; count < sectors; count++) {
            addWithAndWithoutSize(new SectorChoice.Prefix(count));
        }
    }

    private void addSingles(int sectors, SplittableRandom random) {
        for (int index = 0; index < sectors; index++) {
            if (index < sectors - 1) {
                // Without the last one it is a prefix.
                addWithAndWithoutSize(new SectorChoice.AllBut(index));
            }
            int newBytes = random.nextInt(1, DiskContent.SECTOR_BYTES);
            addWithAndWithoutSize(new SectorChoice.Torn(index, newBytes));
        }
    }

    private void addEarlier(List<PendingSector> dirty) {
        for (int index = 0; index < dirty.size(); index++) {
            for (int version = 1; version < dirty.get(index).newest(); version++) {
                addWithAndWithoutSize(new SectorChoice.Earlier(index, version));
            }
        }
    }

    private void addWithAndWithoutSize(SectorChoice choice) {
        add(choice, sizeChanges);
        if (sizeChanges > 0) {
            add(choice, 0);
        }
    }

    private void add(SectorChoice choice, int changes) {
        all.add(new PowerLoss(choice, changes, LiveFate.ZEROS));
    }
}
