import { useSignal } from "@preact/signals";
import type { PageAction } from "../../contract.ts";
import { stop } from "../intent.ts";
import { duration } from "../model/times.ts";
import { csrf, isConnected } from "../state.ts";
import { CommandLine } from "./command.tsx";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

/** An action as the command shows it: its phases, what it said, how it ended. */
export function Progress({ action }: { readonly action: PageAction }) {
  const { kind, stage, began, ended, commandLine, phases, lines, result } = action;
  return (
    <div class="progress">
      <h3>
        {kind} {stage}{" "}
        <small>
          since <When time={began} />
          {ended && (
            <>
              {" "}
              to <When time={ended} />
            </>
          )}
        </small>
      </h3>
      <ol class="phases">
        {phases.map(({ title, state, seconds, note }) => (
          <li key={title} class={`phase phase-${state}`}>
            <Icon name={PHASES[state][0]} />
            <span>
              {title}
              <span class="unseen">, {PHASES[state][1]}</span>
            </span>
            <span class="phase-note">{note}</span>
            <span class="phase-seconds">{duration(seconds)}</span>
          </li>
        ))}
      </ol>
      {lines.length > 0 && <pre class="said">{lines.join("\n")}</pre>}
      {result && (
        <p class={result.exitCode === 0 ? "result" : "result result-bad"}>
          <Icon name={result.exitCode === 0 ? "good" : "bad"} />
          <span>
            {result.message} {result.hint} <small>exit code {result.exitCode}</small>
          </span>
        </p>
      )}
      <CommandLine line={commandLine} />
      {!result && csrf.value !== null && <Stop kind={kind} />}
    </div>
  );
}

const PHASES = { runs: ["live", "under way"], done: ["good", "done"], failed: ["bad", "failed"] } as const;

/** In two steps: a slip of the hand stops nothing. */
function Stop({ kind }: Pick<PageAction, "kind">) {
  const asked = useSignal(false);
  if (!asked.value) {
    return (
      <button
        type="button"
        disabled={!isConnected.value}
        onClick={() => {
          asked.value = true;
        }}
      >
        {kind === "judge" ? "Hold: stop judging" : "Stop"}
      </button>
    );
  }
  return (
    <p class="stop">
      {kind === "judge"
        ? "The stage stays as it is, without a verdict."
        : "As Ctrl-C in the command: it stops where that is safe."}{" "}
      <button type="button" class="danger" disabled={!isConnected.value} onClick={stop}>
        Stop it
      </button>{" "}
      <button
        type="button"
        onClick={() => {
          asked.value = false;
        }}
      >
        Go on
      </button>
    </p>
  );
}
