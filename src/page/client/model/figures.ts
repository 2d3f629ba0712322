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
export function figuresOf({
  shares: { canary },
  move,
  stage,
}: Pick<Live, "shares" | "move" | "stage">): readonly Figure[] {
  const judged = move?.stage === stage ? move.result : undefined;
  return MEANINGS.map((about) => {
    const share = canary[about.name];
    const measuredFits =
      about.name === "measured" && judged !== undefined ? judged !== "does not fit" : undefined;
    return { ...about, share, ...comparison(about.name, share, canary.intended, measuredFits) };
  });
}

function comparison(
  name: Figure["name"],
  share: number | null,
  intended: number,
  measuredFits: boolean | undefined,
): Pick<Figure, "fits" | "word"> {
  if (name === "intended") return { fits: null, word: "asked for" };
  if (share === null) return { fits: null, word: name === "effective" ? "no pod serves" : "not asked" };
  const away = share - intended;
  const isNear = Math.abs(away) < NEAR;
  const fits = measuredFits ?? isNear;
  if (fits) return { fits, word: "fits" };
  const distance = `${small(Math.abs(away))} points ${away > 0 ? "above" : "below"}`;
  return { fits, word: isNear ? "does not fit" : distance };
}
