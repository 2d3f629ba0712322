import { Command } from "commander";
import { breakLock } from "../../application/lock.ts";
import { Refusal } from "../../errors.ts";
import { appNames } from "../../model/names.ts";
import { EXIT } from "../exit.ts";
import { holderJson } from "../json.ts";
import { examples, type Runner } from "../runner.ts";

interface Options {
  readonly holder: string;
}

export const unlockCommand = (run: Runner): Command =>
  new Command("unlock")
    .description("breaks the lock of somebody who is dead")
    .requiredOption("--holder <name>", "who holds it, as canary status says")
    .addHelpText("after", examples("canary unlock --holder alice@laptop:4711"))
    .action(
      run<Options>(async ({ project, cluster, terminal }, _args, { holder }) => {
        const { app, namespace } = project.config;
        const api = await cluster();
        if (!api)
          throw new Refusal("nothing was released to this cluster yet", "There is nothing to unlock.");
        const place = { namespace, name: appNames(app.name, namespace).lock };
        const broken = await breakLock(api, place, holder);
        terminal.result({ broken: holderJson(broken) }, () => `The lock of ${broken.name} is broken.`);
        return EXIT.done;
      }),
    );
