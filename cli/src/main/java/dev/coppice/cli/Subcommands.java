package dev.coppice.cli;

import dev.coppice.cli.demo.DemoCommand;
import dev.coppice.cli.demo.DemoWriterCommand;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The subcommands in the order of the help. Stateless. */
final class Subcommands {
    private Subcommands() {}

    /**
     * {@return what a command line needs: the one that it begins with, or all}
     *
     * <p>picocli looks at every field of every command that it is given, which for all takes longer
     * than most of them run.
     */
    static List<Object> of(String... args) {
        Map<String, Supplier<Object>> all = all();
        Supplier<Object> wanted = args.length == 0 ? null : all.get(name(args[0]));
        if (wanted != null && !args[0].equals("completion")) {
            return List.of(wanted.get());
        }
        return all.values().stream().map(Supplier::get).toList();
    }

    /** {@return the name of a command that is called by another one} */
    private static String name(String word) {
        return word.equals("stats") || word.equals("info") ? "stat" : word;
    }

    private static Map<String, Supplier<Object>> all() {
        Map<String, Supplier<Object>> all = new LinkedHashMap<>();
        all.put("demo", DemoCommand::new);
        all.put("demo-writer", DemoWriterCommand::new);
        all.put("get", GetCommand::new);
        all.put("put", PutCommand::new);
        all.put("set-if-absent", SetIfAbsentCommand::new);
        all.put("del", DelCommand::new);
        all.put("exists", ExistsCommand::new);
        all.put("ttl", TtlCommand::new);
        all.put("list", ListCommand::new);
        all.put("scan", ScanCommand::new);
        all.put("count", CountCommand::new);
        all.put("txn", TxnCommand::new);
        all.put("clear", ClearCommand::new);
        all.put("cf", CfCommand::new);
        all.put("purge", PurgeCommand::new);
        all.put("load", LoadCommand::new);
        all.put("dump", DumpCommand::new);
        all.put("copy", CopyCommand::new);
        all.put("restore", RestoreCommand::new);
        all.put("snapshot", SnapshotCommand::new);
        all.put("diff", DiffCommand::new);
        all.put("stat", StatCommand::new);
        all.put("sync", SyncCommand::new);
        all.put("checkpoint", CheckpointCommand::new);
        all.put("vacuum", VacuumCommand::new);
        all.put("check", CheckCommand::new);
        all.put("scrub", ScrubCommand::new);
        all.put("snapshots", SnapshotsCommand::new);
        all.put("jshell", JshellCommand::new);
        all.put("completion", CompletionCommand::new);
        return all;
    }
}
