import { Argument, Command } from "commander";
import { completionScript, SHELLS, type Shell } from "../completion.ts";
import { examples } from "../runner.ts";

/** @param program gives the whole command, which the script is made of */
export const completionCommand = (program: () => Command): Command =>
  new Command("completion")
    .description("a script that lets a shell complete this command")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText(
      "after",
      examples(
        "source <(canary completion bash)",
        "canary completion zsh > ~/.zfunc/_canary",
        "canary completion fish > ~/.config/fish/completions/canary.fish",
      ),
    )
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, program()));
    });
