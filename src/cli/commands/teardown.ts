import { Command } from "commander";
import { planTeardown, type StackTeardown, tearDown } from "../../operations/teardown.ts";
import { EXIT, WrongUse } from "../exit.ts";
import { shown } from "../print/printable.ts";
import { examples, type Runner } from "../runner.ts";

interface Options {
  readonly confirm?: string;
}

export const teardownCommand = (run: Runner): Command =>
  new Command("teardown")
    .description("takes every stage down, the founding one last; says beforehand what will be gone")
    .option("--confirm <name>", "PROJECT/NAMESPACE, instead of typing it when asked")
    .addHelpText("after", examples("canary teardown", "canary teardown --confirm canary-stages/httpdcanary"))
    .action(
      run<Options>(async (session, _args, { confirm }) => {
        const { project, terminal, identity, signal } = session;
        const name = `${project.name}/${project.config.namespace}`;
        const operator = await session.operator();
        const observer = await terminal.observer();
        const plan = await observer.phase("look at every stage", () => planTeardown(operator));
        terminal.note(teardownText(shown(plan), name));
        const typed = confirm ?? (await terminal.askFor(`Type ${name} to take it down: `, signal));
        if (typed !== name) {
          throw new WrongUse(`${typed || "nothing"} was typed, not ${name}`, "Nothing was taken down.");
        }
        const destroyed = await tearDown(operator, plan, { identity, observer, signal });
        terminal.result({ destroyed }, (shown) => `Taken down: ${shown.destroyed.join(", ")}.`);
        return EXIT.done;
      }),
    );

function teardownText(plan: readonly StackTeardown[], name: string): string {
  const lines = plan.map(({ stack, deleted, kept }) => {
    const gone = deleted.length === 0 ? "deletes nothing" : `DELETES ${deleted.join(", ")}`;
    return `  ${stack.name}: ${gone}${kept > 0 ? `; lets go of ${kept} objects, which stay until their namespace goes` : ""}`;
  });
  return [`Taking ${name} down, in this order:`, ...lines].join("\n");
}
