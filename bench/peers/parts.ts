import { attemptEach, settled } from "./attempts.ts";
import type { CanaryKind } from "./canaries.ts";
import { circumstancesOf } from "./circumstances.ts";
import type { ContenderName } from "./contender.ts";
import { type Gates, startGates } from "./gates.ts";
import { runJudged } from "./judged.ts";
import { runKilled } from "./killed.ts";
import { versionAt } from "./moves.ts";
import { isPeer } from "./programs.ts";
import { runReleases } from "./release.ts";
import type { Entry, Report } from "./report.ts";
import { rightsOfDeployer, rightsOfPeer } from "./rights.ts";
import { withTurn, withTurns } from "./turns.ts";
import type { World } from "./world.ts";

/** What is measured, and how. */
export interface PartOptions {
  readonly only: readonly ContenderName[];
  readonly cycles: number;
  /** New connections a second. */
  readonly rate: number;
  readonly canaries: readonly CanaryKind[];
  /** Between two checks of the peers' analysis of bad canaries. */
  readonly interval: string;
  /** Seconds after which a bad canary is no longer looked at. */
  readonly limit: number;
  /** Judges all contenders at the same time. They share the cores: what needs many of them is slower than alone. */
  readonly sideBySide?: boolean;
}

/** Measures a part, one contender after another or side by side, and hands on each run as it ends. */
export type Part = (
  options: PartOptions,
  world: World,
  add: (entry: Entry) => Promise<void>,
) => Promise<void>;

/** Flagger takes no shorter interval than 10 s: the one for which its moves are timed. */
const FASTEST_INTERVAL = "10s";

const releases: Part = ({ only, rate, cycles }, world, add) =>
  eachContender(only, world, async (name) => {
    const circumstances = await circumstancesOf(world, name);
    const run = await withGates((gates) =>
      withTurn(name, { interval: FASTEST_INTERVAL, gates }, world, (turn) =>
        world.progress.step(`${name}, ${cycles} cycles at ${rate}/s`, () =>
          runReleases(turn, { rate, cycles }, world),
        ),
      ),
    );
    await add({ part: "releases", run: { ...run, circumstances } });
    world.progress.say(`${name}: ${run.total.failed} of ${run.total.requests} requests failed`);
  });

const judged: Part = async ({ only, rate, canaries, interval, limit, sideBySide = false }, world, add) => {
  const groups = sideBySide ? [only] : only.map((name) => [name]);
  const rounds = canaries.flatMap((canary) => groups.map((names) => ({ canary, names })));
  await attemptEach(
    rounds,
    async ({ canary, names }) => {
      await withTurns(names, { interval }, world, (turns) =>
        world.progress.step(`a canary that is "${canary}": ${names.join(", ")} at ${rate}/s`, () =>
          settled(
            turns.map(async (turn) => {
              const circumstances = await circumstancesOf(world, turn.contender.name);
              const run = await runJudged(turn, { canary, rate, interval, limitSeconds: limit }, world);
              return { ...run, circumstances };
            }),
            async (run) => {
              await add({ part: "judged", run });
              const { contender, outcome, seconds, failed, requests } = run;
              world.progress.say(
                `  ${contender}: ${outcome} after ${seconds} s, ${failed} of ${requests} requests failed`,
              );
            },
          ),
        ),
      );
    },
    sayingOf(world),
  );
};

const killed: Part = ({ only, rate }, world, add) =>
  eachContender(only, world, async (name) => {
    const circumstances = await circumstancesOf(world, name);
    const runs = await withGates((gates) =>
      withTurn(name, { interval: FASTEST_INTERVAL, gates }, world, (turn) =>
        world.progress.step(`${name}, killed in the middle of moves`, () => runKilled(turn, rate, world)),
      ),
    );
    for (const run of runs) {
      await add({ part: "killed", run: { ...run, circumstances } });
      const arrived = run.arrived ? `arrived ${run.seconds} s after it was back` : "did not arrive";
      world.progress.say(`  after ${run.afterMs} ms: ${arrived}, ${run.failed} of ${run.requests} failed`);
    }
  });

const rights: Part = ({ only }, world, add) =>
  eachContender(only, world, async (name) => {
    const circumstances = await circumstancesOf(world, name);
    const counted = isPeer(name)
      ? await rightsOfPeer(name, world)
      : await withGates((gates) =>
          withTurn(name, { interval: FASTEST_INTERVAL, gates }, world, async (turn) => {
            await turn.contender.found(versionAt(0));
            return rightsOfDeployer(turn, world);
          }),
        );
    await add({
      part: "rights",
      run: { contender: name, ...counted, secrets: [...counted.secrets], circumstances },
    });
    world.progress.say(`  ${name}: ${counted.pairs} pairs of a verb and a kind, in the ${counted.where}`);
  });

export const PARTS = { releases, judged, killed, rights } as const satisfies Readonly<
  Record<keyof Report, Part>
>;

async function withGates<T>(work: (gates: Gates) => Promise<T>): Promise<T> {
  const gates = await startGates();
  try {
    return await work(gates);
  } finally {
    await gates.close();
  }
}

const sayingOf = ({ signal, progress }: World) => ({ signal, say: (text: string) => progress.say(text) });

const eachContender = (
  names: readonly ContenderName[],
  world: World,
  work: (name: ContenderName) => Promise<void>,
): Promise<void> => attemptEach(names, work, sayingOf(world));
