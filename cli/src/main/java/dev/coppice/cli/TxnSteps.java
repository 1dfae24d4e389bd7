package dev.coppice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.coppice.KeyRange;
import dev.coppice.WriteTransaction;
import dev.coppice.cli.text.Encoding;
import dev.coppice.cli.text.JsonWriter;
import dev.coppice.cli.text.TextBuffer;
import dev.coppice.cli.text.TextException;
import dev.coppice.cli.text.WordsReader;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The commands of a script, each done as a part of a transaction. Thread safety: one thread. */
final class TxnSteps {
    private final Map<String, CommandLine> commands = new LinkedHashMap<>();

    TxnSteps(Encoding values, LongOption longs) {
        for (Step step :
                List.of(
                        new Put(),
                        new SetIfAbsent(),
                        new Del(),
                        new Increment(),
                        new Clear(),
                        new Get(),
                        new Exists(),
                        new Count())) {
            step.keys = longs.keys(values);
            step.values = values;
            CommandLine command = new CommandLine(step);
            // What is added may be negative.
            command.setUnmatchedOptionsArePositionalParams(step instanceof Increment);
            commands.put(command.getCommandName(), command);
        }
    }

    /**
     * What a command has to say.
     *
     * @param text for a person
     * @param fields the same in JSON
     */
    record Answer(String text, Consumer<JsonWriter> fields) {
        static Answer of(String name, boolean isTrue, String yes, String no) {
            return new Answer(isTrue ? yes : no, out -> out.field(name, isTrue));
        }

        static Answer of(String name, long number) {
            return new Answer(Long.toString(number), out -> out.field(name, number));
        }

        static Answer removed(long count) {
            return new Answer(
                    "removed " + Numbers.entries(count), out -> out.field("removed", count));
        }
    }

    /**
     * Does what a line says.
     *
     * @throws TextException naming the line where that cannot be done
     * @throws AbsentException naming the line where the family is not there
     */
    Answer run(WriteTransaction txn, WordsReader line) {
        List<String> words = line.words();
        CommandLine command = commands.get(words.getFirst());
        try {
            if (command == null) {
                throw new UsageException(
                        "no such command: "
                                + words.getFirst()
                                + "; there are "
                                + String.join(", ", commands.keySet()));
            }
            command.parseArgs(words.subList(1, words.size()).toArray(String[]::new));
            Step step = command.getCommand();
            return step.run(txn);
        } catch (AbsentException e) {
            throw new AbsentException(at(line, e));
        } catch (ParameterException
                | TextException
                | UsageException
                | ArithmeticException
                | IllegalArgumentException e) {
            throw new TextException(at(line, e), e);
        }
    }

    private static String at(WordsReader line, RuntimeException e) {
        return "line " + line.line() + ": " + e.getMessage() + "; nothing was stored";
    }

    /** A command. */
    private abstract static class Step {
        @Mixin Family family;

        // Of the script
        Encoding keys;
        Encoding values;

        abstract Answer run(WriteTransaction txn);
    }

    @Command(name = "put")
    private static final class Put extends Step {
        @Parameters(index = "0", paramLabel = "KEY")
        private String key;

        @Parameters(index = "1", paramLabel = "VALUE")
        private String value;

        @Mixin private LifetimeOption lifetimes;

        @Override
        Answer run(WriteTransaction txn) {
            var wanted = family.createdIn(txn);
            boolean isNew =
                    txn.put(wanted, keys.decode(key), values.decode(value), lifetimes.lifetime());
            return Answer.of("new", isNew, "new", "replaced");
        }
    }

    @Command(name = "set-if-absent")
    private static final class SetIfAbsent extends Step {
        @Parameters(index = "0", paramLabel = "KEY")
        private String key;

        @Parameters(index = "1", paramLabel = "VALUE")
        private String value;

        @Mixin private LifetimeOption lifetimes;

        @Override
        Answer run(WriteTransaction txn) {
            boolean isStored =
                    txn.atomic(family.createdIn(txn))
                            .withLifetime(lifetimes.lifetime())
                            .putIfAbsent(keys.decode(key), values.decode(value));
            return Answer.of("stored", isStored, "yes", "no");
        }
    }

    @Command(name = "del")
    private static final class Del extends Step {
        @Parameters(index = "0", arity = "0..1", paramLabel = "KEY")
        private String key;

        @Mixin private RangeOption range;

        @Override
        Answer run(WriteTransaction txn) {
            if ((key == null) != range.isGiven()) {
                throw new UsageException("give a key, or --prefix, --from or --to");
            }
            if (key == null) {
                KeyRange removed = range.range(keys);
                return Answer.removed(txn.deleteRange(family.in(txn), removed));
            }
            return Answer.removed(txn.delete(family.in(txn), keys.decode(key)) ? 1 : 0);
        }
    }

    @Command(name = "increment")
    private static final class Increment extends Step {
        @Parameters(index = "0", paramLabel = "KEY")
        private String key;

        @Parameters(index = "1", paramLabel = "NUMBER")
        private long delta;

        @Override
        Answer run(WriteTransaction txn) {
            var counters = txn.atomic(family.createdIn(txn));
            return Answer.of("value", counters.increment(keys.decode(key), delta));
        }
    }

    @Command(name = "clear")
    private static final class Clear extends Step {
        @Override
        Answer run(WriteTransaction txn) {
            return Answer.removed(txn.clear(family.in(txn)));
        }
    }

    @Command(name = "get")
    private static final class Get extends Step {
        @Parameters(index = "0", paramLabel = "KEY")
        private String key;

        @Override
        Answer run(WriteTransaction txn) {
            byte[] value = txn.get(family.in(txn), keys.decode(key));
            if (value == null) {
                return new Answer("no such key", out -> out.field("exists", false));
            }
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            TextBuffer text = new TextBuffer(line::write);
            values.line(value, text);
            text.flush();
            return new Answer(
                    line.toString(UTF_8).stripTrailing(), out -> out.bytes("value", value, values));
        }
    }

    @Command(name = "exists")
    private static final class Exists extends Step {
        @Parameters(index = "0", paramLabel = "KEY")
        private String key;

        @Override
        Answer run(WriteTransaction txn) {
            boolean isThere = txn.exists(family.in(txn), keys.decode(key));
            return Answer.of("exists", isThere, "yes", "no");
        }
    }

    @Command(name = "count")
    private static final class Count extends Step {
        @Override
        Answer run(WriteTransaction txn) {
            return Answer.of("count", txn.count(family.in(txn)));
        }
    }
}
