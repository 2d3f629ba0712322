import { Command } from "commander";
import { applicationOf } from "../../application/application.ts";
import { Refusal } from "../../errors.ts";
import { EXIT } from "../../results/exit.ts";
import { holderJson } from "../../results/json.ts";
import { examples, type Runner } from "../runner.ts";

interface Options {
  readonly holder: string;
}

export const unlockCommand = (run: Runner): Command =>
  new Command("unlock")
    .description("breaks the lock of somebody who is dead")
    .requiredOption("--holder <name>", "who holds it, as canary status says")
    .addHelpText("after", examples("canary unlock --holder alice@laptop:4711.9f2c61b0"))
    .action(
      run<Options>(async (session, _args, { holder }) => {
        const application = await applicationOf(session);
        if (!application) {
          throw new Refusal("nothing was released to this cluster yet", "There is nothing to unlock.");
        }
        const broken = await application.breakLock(holder);
        session.terminal.result(
          { broken: holderJson(broken) },
          (shown) => `The lock of ${shown.broken.name} is broken.`,
        );
        return EXIT.done;
      }),
    );
