import { live, project, running, status } from "../state.ts";
import { Icon, type IconName } from "./icon.tsx";

type Condition = "live" | "drifted" | "applied" | "behind" | "never applied";

const LOOKS: Readonly<Record<Condition, readonly [IconName, string]>> = {
  live: ["live", "live"],
  drifted: ["warn", "live, drifted"],
  applied: ["good", "applied"],
  behind: ["behind", "behind its files"],
  "never applied": ["open", "not yet"],
};

/** The stages as a line, in the order in which a release goes through them; the abort stage apart, where it is live. */
export function Stages() {
  const known = project.value;
  const stages = status.value?.stages;
  if (!known || !stages) return null;
  const target = running.value?.stage ?? live.value?.unfinishedMoveTo;
  return (
    <ol class="stages" aria-label="Stages">
      {stages.map(({ name, condition }) => (
        <Stage
          key={name}
          name={name}
          condition={condition}
          isAbort={name === known.abort}
          isTarget={name === target}
        />
      ))}
    </ol>
  );
}

interface StageProps {
  readonly name: string;
  readonly condition: Condition;
  readonly isAbort: boolean;
  readonly isTarget: boolean;
}

function Stage({ name, condition, isAbort, isTarget }: StageProps) {
  const [icon, word] = LOOKS[condition];
  const isLive = condition === "live" || condition === "drifted";
  const isNext = name === live.value?.next && !isTarget;
  const classes = [
    "stage",
    `stage-${condition.replace(" ", "-")}`,
    isAbort && "stage-abort",
    isTarget && "stage-target",
  ];
  return (
    <li class={classes.filter(Boolean).join(" ")} aria-current={isLive ? "step" : undefined}>
      <span class="stage-mark">
        <Icon name={isTarget ? "move" : icon} />
      </span>
      <span class="stage-name">{name}</span>
      <span class="stage-word">{wordOf(word, isTarget, isNext)}</span>
    </li>
  );
}

function wordOf(word: string, isTarget: boolean, isNext: boolean): string {
  if (isTarget) return "a move goes here";
  return isNext ? `${word}, next` : word;
}
