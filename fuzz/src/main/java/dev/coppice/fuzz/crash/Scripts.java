package dev.coppice.fuzz.crash;

import java.util.ArrayList;
import java.util.List;

/** Collects the scripts of the crash suite, a page size at a time. Thread safety: one thread. */
final class Scripts {
    private static final int[] PAGE_SIZES = {512, 1024};
    private static final long DISK_BYTES = 1 << 20;

    private final List<Script> scripts = new ArrayList<>();
    private int pageBytes;

    private Scripts() {}

    /** {@return every script with every page size} */
    static List<Script> all() {
        Scripts all = new Scripts();
        for (int pageBytes : PAGE_SIZES) {
            all.pageBytes = pageBytes;
            CommitScripts.addTo(all);
            SpaceScripts.addTo(all);
            RestartScripts.addTo(all);
            CheckpointScripts.addTo(all);
            ExpiryScripts.addTo(all);
            NameScripts.addTo(all);
        }
        return List.copyOf(all.scripts);
    }

    /** {@return the page size of the scripts that are being added} */
    int pageBytes() {
        return pageBytes;
    }

    void add(String name, Script.Work work) {
        add(name, DISK_BYTES, work);
    }

    void add(String name, long diskBytes, Script.Work work) {
        scripts.add(new Script(name, pageBytes, diskBytes, false, false, work));
    }

    /** Adds a script that acts as a second thread from inside a call of the first. */
    void addNested(String name, Script.Work work) {
        scripts.add(new Script(name, pageBytes, DISK_BYTES, true, false, work));
    }

    /** Adds a script whose disk loses power, or suffers what else only a simulated one does. */
    void addLosing(String name, Script.Work work) {
        scripts.add(new Script(name, pageBytes, DISK_BYTES, false, true, work));
    }
}
