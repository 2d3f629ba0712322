import { firstCycles, panelsPicture } from "../availability/picture.ts";
import { barsPicture } from "../bars.ts";
import { CONTENDERS, type ContenderName } from "./contender.ts";
import type { JudgedRun, Report } from "./report.ts";
import { NAMES } from "./tables/cells.ts";
import { beyondBase } from "./tables/judged.ts";

const COLOURS: Readonly<Record<ContenderName, string>> = {
  gateway: "#1f7a8c",
  flagger: "#e08e45",
  replicas: "#7fb7c2",
  argo: "#9db2c7",
};
const LABEL_WIDTH = 190;
/** The cycle that is shown brings so many versions to the one that is there. */
const SHOWN_CYCLES = 1;

const nameOf = (contender: ContenderName): string => NAMES[contender].replaceAll("`", "");

/** The share of each version over the first cycle of each contender, and failed requests below it. */
export function releasesPicture({ releases }: Report): string {
  const panels = CONTENDERS.flatMap((name) => releases.filter(({ contender }) => contender === name)).map(
    (run) => ({
      ...firstCycles(run, SHOWN_CYCLES),
      title: `${nameOf(run.contender)}: ${run.total.requests} requests in ${run.cycles} cycles, ${run.total.failed} failed; the first cycle`,
    }),
  );
  return panelsPicture(panels, (version) => `version ${version}`);
}

/** Requests of users that failed by each bad canary, at the rate at which most were judged. */
export function judgedPicture({ judged }: Report): string {
  const runsAt = (rate: number) => judged.filter((run) => run.rate === rate);
  const [rate = 0] = judged.map((run) => run.rate).sort((a, b) => runsAt(b).length - runsAt(a).length);
  const shown = runsAt(rate);
  const kinds = [...new Set(shown.map(({ canary }) => canary))];
  const heading = `Requests of users that failed beyond the base rate (logarithmic; ${rate} requests/s)`;
  return barsPicture(
    { title: heading, heading },
    CONTENDERS.map((name) => ({
      name: nameOf(name).replace("this program, ", "ours, "),
      colour: COLOURS[name],
    })),
    kinds.map((kind) => ({
      label: kind,
      bars: CONTENDERS.flatMap((name) =>
        shown.filter((run) => run.canary === kind && run.contender === name).map(barOf),
      ),
    })),
    LABEL_WIDTH,
  );
}

function barOf(run: JudgedRun) {
  const value = beyondBase(run);
  return {
    colour: COLOURS[run.contender],
    value,
    note: `${value.toLocaleString("en")}, ${run.outcome}`,
  };
}
