/**
 * This program beside Argo Rollouts and Flagger, on one local environment: what users see of releases, what becomes of bad
 * canaries, what a killed machinery leaves, and what rights each needs. Adds each run as it ends to the report of its part,
 * reports/peers-releases.json and so on; `npm run bench:peers:draw` makes docs/peers.md of them.
 */
import { Command, InvalidArgumentError, Option } from "commander";
import { onTemporaryEnvironment } from "../../local/environment/temporary.ts";
import { REPORTS } from "../../local/paths.ts";
import { count } from "../options.ts";
import { CANARIES } from "./canaries.ts";
import { CONTENDERS } from "./contender.ts";
import { PARTS, type PartOptions } from "./parts.ts";
import { addToReport, readReport } from "./reports.ts";
import { makeWorld } from "./world.ts";

type Options = PartOptions & { readonly part: keyof typeof PARTS };

const command = new Command("npm run bench:peers --")
  .description("Measures this program beside Argo Rollouts and Flagger.")
  .option("--only <list>", `of ${CONTENDERS.join(",")}`, someOf(CONTENDERS), [...CONTENDERS])
  .addOption(
    new Option("--part <part>", "releases, judged canaries, killed machinery, or rights")
      .choices(Object.keys(PARTS))
      .default("releases"),
  )
  .option("--cycles <n>", "release cycles of each contender", count, 5)
  .option("--rate <n>", "new connections a second", count, 500)
  .option("--canaries <list>", `of ${CANARIES.join(",")}`, someOf(CANARIES), [...CANARIES])
  .option("--interval <duration>", "between two checks of the peers' analysis of bad canaries", "1m")
  .option("--side-by-side", "judge canaries of all contenders at once, in less time and with slower commands")
  .option("--limit <seconds>", "after which a bad canary is no longer looked at", count, 600);

function someOf<T extends string>(known: readonly T[]): (text: string) => T[] {
  return (text) =>
    text.split(",").map((name) => {
      const found = known.find((each) => each === name);
      if (!found) throw new InvalidArgumentError(`"${name}" is none of ${known.join(", ")}.`);
      return found;
    });
}

async function main({ part, ...options }: Options): Promise<number> {
  // A report that nothing can be added to is found before minutes are spent.
  await readReport(REPORTS);
  return onTemporaryEnvironment("canary-bench", async (temporary) => {
    const world = await makeWorld(temporary);
    await PARTS[part](options, world, (entry) => addToReport(REPORTS, entry));
    return 0;
  });
}

process.exitCode = await main(command.parse().opts<Options>());
