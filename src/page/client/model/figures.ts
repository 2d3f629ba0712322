import type { StatusJson } from "../../contract.ts";
import { small } from "./numbers.ts";

type Live = NonNullable<StatusJson["live"]>;

/** One of the four numbers of the canary's share, with what it says about the one that is intended. */
export interface Figure {
  readonly name: "intended" | "effective" | "applied" | "measured";
  readonly meaning: string;
  /** Percent; null where it was not asked. */
  readonly share: number | null;
  /** Whether it is what was intended; null for what was not asked, and for the intention itself. */
  readonly fits: boolean | null;
  readonly word: string;
}

/** Shares by whole pods and whole weights come this near, in points. */
const NEAR = 1;

const MEANINGS: readonly Pick<Figure, "name" | "meaning">[] = [
  { name: "intended", meaning: "by the stage" },
  { name: "effective", meaning: "by pods and weights" },
  { name: "applied", meaning: "in the edge" },
  { name: "measured", meaning: "by requests" },
];

/**
 * The four numbers. Whether the measured one fits was decided by the command, which knows how many requests there were;
 * the others are compared here.
 */
export function figuresOf({ shares: { canary }, move, stage }: Pick<Live, "shares" | "move" | "stage">): readonly Figure[] {
  const judged = move?.stage === stage ? move.result : undefined;
  return MEANINGS.map(({ name, meaning }) => {
    const share = canary[name];
    if (name === "intended") return { name, meaning, share, fits: null, word: "asked for" };
    if (share === null) return { name, meaning, share, fits: null, word: name === "effective" ? "no pod serves" : "not asked" };
    const away = share - canary.intended;
    const word = Math.abs(away) < NEAR ? "" : `${small(Math.abs(away))} points ${away > 0 ? "above" : "below"}`;
    const fits = name === "measured" && judged !== undefined ? judged !== "does not fit" : word === "";
    return { name, meaning, share, fits, word: fits ? "fits" : word || "does not fit" };
  });
}
