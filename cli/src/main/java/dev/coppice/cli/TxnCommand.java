package dev.coppice.cli;

import dev.coppice.Store;
import dev.coppice.WriteTransaction;
import dev.coppice.cli.text.WordsReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Does several changes in one transaction. */
@Command(
        name = "txn",
        mixinStandardHelpOptions = true,
        description = {
            "Does the commands of a script in one transaction, and says what each did.",
            "A line has one command, with the options that it has elsewhere: put KEY VALUE,"
                    + " set-if-absent KEY VALUE, del KEY, del --prefix P, increment KEY NUMBER, clear,"
                    + " get KEY, exists KEY, count; --cf names a family. Words with blanks stand in"
                    + " double quotes; lines that begin with # are passed over.",
            "A line that cannot be done, which is named, ends the script: nothing is stored. A key that"
                    + " is not there is no such line."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  coppice txn accounts.coppice transfer.txt",
            "  printf 'put a 1\\ndel b\\nput c \"x y\" --ttl 1h\\n' | coppice txn s.coppice",
            "  coppice txn accounts.coppice transfer.txt --dry-run"
        })
final class TxnCommand implements Callable<Integer> {
    @ParentCommand private Main main;
    @Mixin private StoreFile file;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "SCRIPT",
            description = "the commands; - or none for standard input")
    private Path script = InputFile.STANDARD_INPUT;

    @Option(
            names = "--dry-run",
            description = "do everything and take it back; the store must be there")
    private boolean isDryRun;

    @Mixin private EncodingOption encodings;
    @Mixin private LongOption longs;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws IOException {
        try (InputFile input = InputFile.open(script, main.console())) {
            return run(input.stream());
        }
    }

    private int run(InputStream stream) {
        TxnSteps steps = new TxnSteps(encodings.encoding(), longs);
        WordsReader lines = new WordsReader(stream);
        long done = 0;
        long txn = 0;
        try (Store store = isDryRun ? file.openToChange() : file.openOrCreate();
                WriteTransaction all = store.begin()) {
            while (lines.next()) {
                show(lines.line(), steps.run(all, lines));
                done++;
            }
            if (!isDryRun) {
                txn = all.commit();
            }
        }
        tell(done, txn);
        return ExitCode.OK;
    }

    private void show(long line, TxnSteps.Answer answer) {
        if (json.isJson()) {
            main.console().json(out -> answer.fields().accept(out.field("line", line)));
        } else {
            main.console().out().line(line + ": " + answer.text());
        }
    }

    private void tell(long done, long txn) {
        String steps = Numbers.count(done) + (done == 1 ? " command" : " commands");
        if (json.isJson()) {
            main.console()
                    .json(out -> {
                        out.field("committed", !isDryRun).field("steps", done);
                        if (!isDryRun) {
                            out.field("txn", txn);
                        }
                    });
        } else if (isDryRun) {
            main.console().say("dry run of " + steps + ": nothing was stored");
        } else {
            main.console().say("committed " + steps + " as transaction " + Numbers.txn(txn));
        }
    }
}
