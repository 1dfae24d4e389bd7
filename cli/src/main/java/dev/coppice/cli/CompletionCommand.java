package dev.coppice.cli;

import java.util.Iterator;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Prints what makes a shell complete commands and options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints a script that lets the shell complete commands, options and files.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(coppice completion bash)",
            "  coppice completion bash > ~/.local/share/bash-completion/completions/coppice",
            "  coppice completion zsh > ~/.coppice.zsh && echo source ~/.coppice.zsh >> ~/.zshrc"
        })
final class CompletionCommand implements Runnable {
    /** The shells. */
    enum Shell {
        BASH,
        ZSH
    }

    /** Their names as people write them. */
    static final class ShellNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("bash", "zsh").iterator();
        }
    }

    @ParentCommand private Main main;
    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "SHELL",
            description = "bash or zsh",
            completionCandidates = ShellNames.class)
    private Shell shell;

    @Override
    public void run() {
        if (shell == Shell.ZSH) {
            main.console().out().line("autoload -Uz compinit && compinit");
        }
        // The script is bash's; under zsh it loads what reads that.
        String script = AutoComplete.bash("coppice", spec.root().commandLine());
        // Options stand in quotes there: whole names are compared, lest a file named s be one.
        main.console()
                .out()
                .text(script.replace("=~ ${previousWord} ]]", "=~ \"'${previousWord}'\" ]]"));
    }
}
