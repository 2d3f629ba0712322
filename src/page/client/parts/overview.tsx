import { type Figure, figuresOf } from "../model/figures.ts";
import { percent } from "../model/numbers.ts";
import { live, project, status } from "../state.ts";
import { Icon } from "./icon.tsx";
import { Stages } from "./stages.tsx";
import { When } from "./when.tsx";

/** What an eye finds first: the stage, both versions with their shares, the four numbers. */
export function Overview() {
  const now = live.value;
  return (
    <section class="overview" aria-labelledby="title-overview">
      {now ? <Released now={now} /> : <NothingReleased />}
      <Stages />
      {now && (
        <dl class="figures" aria-label="The canary's share">
          {figuresOf(now).map((figure) => (
            <FigureOf key={figure.name} {...figure} rest={now.shares.previous[figure.name]} />
          ))}
        </dl>
      )}
    </section>
  );
}

type Live = NonNullable<typeof live.value>;

function Released({ now }: { readonly now: Live }) {
  const { stage, release, move, shares, aborted } = now;
  const share = shares.canary.effective ?? shares.canary.intended;
  return (
    <>
      <div class="headline">
        <h2 id="title-overview">
          <span class="headline-stage">{stage}</span> is live
        </h2>
        <p class="since">
          {move ? (
            <>
              {move.move} {release.previous} → {release.canary}, since <When time={move.time} />, by{" "}
              {move.who}
            </>
          ) : (
            <>
              {release.previous} → {release.canary}, not moved by canary, or longer ago than its history
            </>
          )}
        </p>
      </div>
      <div class="split" role="img" aria-label={splitText(release, share)}>
        <Part name="canary" version={release.canary} share={share} word={aborted ? "taken out" : "canary"} />
        <Part name="previous" version={release.previous} share={100 - share} word="previous" />
      </div>
    </>
  );
}

const splitText = ({ previous, canary }: Live["release"], share: number): string =>
  `canary ${canary} has ${percent(share)}, previous ${previous} has ${percent(100 - share)} of the traffic`;

interface PartProps {
  readonly name: "canary" | "previous";
  readonly version: string;
  readonly share: number;
  readonly word: string;
}

function Part({ name, version, share, word }: PartProps) {
  return (
    <div class={`part part-${name} ${share === 0 ? "part-none" : ""}`} style={{ flexGrow: share }}>
      <span class="part-share">{percent(share)}</span>
      <span class="part-version" title={version}>
        {version} <small>{word}</small>
      </span>
    </div>
  );
}

function FigureOf({ name, meaning, share, fits, word, rest }: Figure & { readonly rest: number | null }) {
  return (
    <div class={`figure ${fits === false ? "figure-off" : ""}`}>
      <dt>
        {name} <small>{meaning}</small>
      </dt>
      <dd>
        <span class={`figure-share ${share === null ? "figure-none" : ""}`}>
          {share === null ? "–" : percent(share)}
        </span>
        <span class="figure-word">
          {fits !== null && <Icon name={fits ? "good" : "bad"} />}
          {word}
        </span>
        {rest !== null && <span class="figure-rest">previous {percent(rest)}</span>}
      </dd>
    </div>
  );
}

function NothingReleased() {
  const known = status.value;
  const command = project.value?.command ?? "canary";
  return (
    <div class="headline">
      <h2 id="title-overview">{known ? "Nothing is released yet" : "Reading what is live …"}</h2>
      {known && (
        <p class="since">
          Release {known.release.previous} → {known.release.canary} stands in Pulumi.yaml. It begins with{" "}
          <code>
            {command} {known.founded ? "promote" : "foundation"}
          </code>
          .
        </p>
      )}
    </div>
  );
}
