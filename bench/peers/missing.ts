import { CANARIES, RATES } from "./canaries.ts";
import { CONTENDERS, type ContenderName } from "./contender.ts";
import type { JudgedRun } from "./report.ts";
import { NAMES } from "./tables/cells.ts";

type Run = { readonly contender: ContenderName };

/** Contenders that a part was not run with, as a sentence of the document; none where it was with all. */
export function missingContenders(runs: readonly Run[]): string[] {
  const missing = withoutRun(runs);
  return missing.length > 0 ? [`**Not run with** ${namesOf(missing)}.`] : [];
}

/** Canaries that were not judged, and by whom, a sentence for each rate; none where all were. */
export function missingCanaries(judged: readonly JudgedRun[]): string[] {
  return RATES.flatMap((rate) => {
    const runs = judged.filter((run) => run.rate === rate);
    if (runs.length === 0) return [`**None was run at ${rate}/s**.`];
    const missing = CANARIES.flatMap((kind) => {
      const lacking = withoutRun(runs.filter(({ canary }) => canary === kind));
      if (lacking.length === 0) return [];
      return lacking.length === CONTENDERS.length ? [kind] : [`${kind} (${namesOf(lacking)})`];
    });
    return missing.length > 0 ? [`**Not run at ${rate}/s**: ${missing.join("; ")}.`] : [];
  });
}

const withoutRun = (runs: readonly Run[]): ContenderName[] =>
  CONTENDERS.filter((name) => !runs.some(({ contender }) => contender === name));

const namesOf = (contenders: readonly ContenderName[]): string =>
  contenders.map((name) => NAMES[name]).join("; ");
