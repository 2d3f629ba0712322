import { Command } from "commander";
import {
  planTeardown,
  requireStrangersNamed,
  type TeardownPlan,
  tearDown,
} from "../../operations/teardown.ts";
import { EXIT } from "../../results/exit.ts";
import { WrongUse } from "../exit.ts";
import { shown } from "../print/printable.ts";
import { examples, type Runner } from "../runner.ts";

interface Options {
  readonly confirm?: string;
  readonly deleteForeign?: readonly string[];
}

export const teardownCommand = (run: Runner): Command =>
  new Command("teardown")
    .description("takes the application down, then the foundation; says beforehand what will be gone")
    .option("--confirm <name>", "PROJECT/NAMESPACE, instead of typing it when asked")
    .option(
      "--delete-foreign <object>",
      "KIND/NAME of an object of somebody else that may go with the namespace; once for each",
      (object: string, before: readonly string[] = []) => [...before, object],
    )
    .addHelpText("after", examples("canary teardown", "canary teardown --confirm canary-stages/httpdcanary"))
    .action(
      run<Options>(async (session, _args, { confirm, deleteForeign: mayDelete = [] }) => {
        const { project, terminal, identity, signal } = session;
        const name = `${project.name}/${project.config.namespace}`;
        if (confirm === undefined) terminal.requireAnswers(`Add --confirm ${name} to take it down.`);
        const operator = await session.operator();
        const observer = await terminal.observer();
        const plan = await observer.phase("look at every stack", () => planTeardown(operator));
        terminal.note(teardownText(shown(plan), name));
        requireStrangersNamed(plan, mayDelete);
        const typed = confirm ?? (await terminal.askFor(`Type ${name} to take it down: `, signal));
        if (typed !== name) {
          throw new WrongUse(`${typed || "nothing"} was typed, not ${name}`, "Nothing was taken down.");
        }
        const destroyed = await tearDown(operator, plan, { identity, observer, signal, mayDelete });
        terminal.result({ destroyed }, (shown) => `Taken down: ${shown.destroyed.join(", ")}.`);
        return EXIT.done;
      }),
    );

function teardownText({ stacks, strangers, keepsNamespace }: TeardownPlan, name: string): string {
  const lines = stacks.map(({ stack, deleted, kept }) => {
    const gone = deleted.length === 0 ? "deletes nothing" : `DELETES ${deleted.join(", ")}`;
    return `  ${stack.name}: ${gone}${kept > 0 ? `; lets go of ${kept} objects` : ""}`;
  });
  return [
    `Taking ${name} down, in this order:`,
    ...lines,
    ...(keepsNamespace ? ["  The namespace was there before, and stays."] : []),
    ...(strangers.length > 0
      ? [`  Gone with the namespace, though somebody else's: ${strangers.join(", ")}`]
      : []),
  ].join("\n");
}
