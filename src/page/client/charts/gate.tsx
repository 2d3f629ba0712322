import type { PageSoak } from "../../contract.ts";
import { evidence, failures } from "../model/numbers.ts";
import { duration } from "../model/times.ts";
import { Icon } from "../parts/icon.tsx";
import { Panel } from "../parts/panel.tsx";
import { live, soak } from "../state.ts";
import { EvidenceChart } from "./evidence.tsx";

export const DECISIONS = {
  harm: ["bad", "harm"],
  fine: ["good", "fine"],
  "go on": ["behind", "neither yet"],
} as const;

/** What the gate has seen: the sentence, then the evidence on its way to one of two boundaries. */
export function Gate() {
  const now = soak.value;
  const decision = now?.looks.at(-1)?.decision ?? live.value?.verdict?.decision;
  return (
    <Panel name="gate" title="Health gate" aside={decision && <Decision decision={decision} isOver={!now} />}>
      {now ? <Soak now={now} /> : <Verdict />}
    </Panel>
  );
}

function Decision({
  decision,
  isOver,
}: {
  readonly decision: keyof typeof DECISIONS;
  readonly isOver: boolean;
}) {
  const [icon, word] = DECISIONS[decision];
  return (
    <span class={`verdict verdict-${icon}`}>
      <Icon name={icon} /> {isOver && decision === "go on" ? "held" : word}
    </span>
  );
}

function Soak({ now }: { readonly now: PageSoak }) {
  const last = now.looks.at(-1);
  if (!last) return <p class="none">The canary of {now.stage} is judged. The first look is on its way.</p>;
  return (
    <>
      <p class="sentence">The canary {last.sentence}.</p>
      <EvidenceChart now={now} />
      <p class="under">
        {last.looks} looks in {duration(last.seconds)}; judged for {duration(now.leastSeconds)} at least,{" "}
        {duration(now.mostSeconds)} at most
        {!now.held && ", by a command elsewhere"}
      </p>
      <progress
        class="soak"
        max={now.mostSeconds}
        value={Math.min(last.seconds, now.mostSeconds)}
        aria-label="Time of the soak"
      />
      <dl class="facts">
        <Fact name="canary failed">{failures(last.canary)}</Fact>
        <Fact name="previous failed">{failures(last.previous)}</Fact>
        {last.measures.map((measure) => (
          <Fact key={measure.name} name={measure.name}>
            canary {failures(measure.canary)}, previous {failures(measure.previous)}
            {measure.isHarm ? ": harm" : measure.isKnown ? "" : ": not enough yet"}
          </Fact>
        ))}
        {last.restarts && (
          <Fact name="restarts">
            canary {last.restarts.canary.restarts}, previous {last.restarts.previous.restarts}
          </Fact>
        )}
        {last.unread && <Fact name="last look">could not be taken: {last.unread}</Fact>}
      </dl>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Nothing is judged now: what was found at this stage, where it was. */
function Verdict() {
  const verdict = live.value?.verdict;
  if (!verdict) return <p class="none">Nothing is judged now.</p>;
  return (
    <>
      <p class="sentence">{VERDICTS[verdict.decision]}</p>
      <dl class="facts">
        <Fact name="canary failed">{failures(verdict.canary)}</Fact>
        <Fact name="previous failed">{failures(verdict.previous)}</Fact>
        <Fact name="looks">{verdict.looks}</Fact>
        <Fact name="evidence of harm">
          {evidence(verdict.evidence)}: chance alone reaches it once in so many soaks
        </Fact>
      </dl>
    </>
  );
}

const VERDICTS = {
  harm: "The canary was found to do harm at this stage.",
  fine: "The canary was found fine at this stage.",
  "go on": "Nothing could be said of the canary at this stage; it is held.",
} as const;
