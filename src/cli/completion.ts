import type { Command, Option } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** The stages that have a file where the shell is. */
const STAGES = "ls Pulumi.*.yaml 2>/dev/null | sed 's/^Pulumi[.]//; s/[.]yaml$//'";

/** The script with which a shell completes a command's subcommands, options and stages. */
export function completionScript(shell: Shell, program: Command): string {
  return { bash, zsh, fish }[shell](program);
}

function bash(program: Command): string {
  const cases = program.commands.map((command) => {
    const stages = takesStage(command) ? ` $(${STAGES})` : "";
    return `    ${command.name()}) words="${flags(command, program)}${stages}" ;;`;
  });
  return `_canary() {
  local words="${names(program)} ${flags(program, program)}"
  local word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
${cases.map((line) => `  ${line}`).join("\n")}
      *) continue ;;
    esac
    break
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _canary canary
`;
}

/** zsh runs bash's own completion. */
function zsh(program: Command): string {
  return `#compdef canary
autoload -U +X bashcompinit && bashcompinit
${bash(program)}`;
}

function fish(program: Command): string {
  const inner = (command: Command) => `__fish_seen_subcommand_from ${command.name()}`;
  const lines = program.commands.flatMap((command) => [
    `complete -c canary -n __fish_use_subcommand -a ${command.name()} -d ${quoted(command.description())}`,
    ...command.options.map((option) => fishOption(option, `-n '${inner(command)}'`)),
    ...(takesStage(command) ? [`complete -c canary -n '${inner(command)}' -a "(${STAGES})"`] : []),
  ]);
  return [
    "complete -c canary -f",
    ...program.options.map((option) => fishOption(option, "")),
    ...lines,
    "",
  ].join("\n");
}

function fishOption({ long, short, description, required }: Option, condition: string): string {
  const parts = [
    "complete -c canary",
    condition,
    long && `-l ${long.slice(2)}`,
    short && `-s ${short.slice(1)}`,
  ];
  return [...parts, required && "-r", `-d ${quoted(description)}`].filter(Boolean).join(" ");
}

/** Whether a command's words may name a stage, as `canary promote [stage]` does. */
const takesStage = (command: Command): boolean =>
  command.registeredArguments.some((argument) => argument.name() === "stage");

const names = (program: Command): string => program.commands.map((command) => command.name()).join(" ");

function flags(command: Command, program: Command): string {
  const options = command === program ? program.options : [...command.options, ...program.options];
  return options.flatMap(({ long }) => (long ? [long] : [])).join(" ");
}

const quoted = (text: string): string => `'${text.replaceAll("'", "")}'`;
