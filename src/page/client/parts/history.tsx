import { signal } from "@preact/signals";
import {
  filtered,
  type HistoryEntry,
  type HistoryFilter,
  type HistoryKind,
  isWrong,
  KINDS,
} from "../model/history.ts";
import { failures, percent } from "../model/numbers.ts";
import { duration } from "../model/times.ts";
import { history } from "../state.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Panel } from "./panel.tsx";
import { When } from "./when.tsx";

const filter = signal<HistoryFilter>({ words: "", kind: "all" });

/** The last moves and verdicts, newest first. */
export function History() {
  const entries = history.value;
  const shown = filtered(entries, filter.value);
  return (
    <Panel name="history" title="History">
      <search class="filter">
        <label>
          <span class="unseen">Filter by words</span>
          <input
            id="filter-words"
            type="search"
            placeholder="a stage, a version, who …"
            value={filter.value.words}
            onInput={({ currentTarget }) => {
              filter.value = { ...filter.value, words: currentTarget.value };
            }}
            aria-keyshortcuts="/"
          />
        </label>
        <label>
          <span class="unseen">Kind</span>
          <select
            value={filter.value.kind}
            onChange={({ currentTarget }) => {
              filter.value = { ...filter.value, kind: currentTarget.value as HistoryKind };
            }}
          >
            {KINDS.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        </label>
        <output class="aside">
          {shown.length === entries.length ? entries.length : `${shown.length} of ${entries.length}`}
        </output>
      </search>
      {entries.length === 0 && <p class="none">No move was made yet.</p>}
      <ol class="entries">
        {shown.map((entry) => (
          <Entry key={`${entry.time} ${entry.stage} ${entry.result}`} {...entry} />
        ))}
      </ol>
    </Panel>
  );
}

function Entry(entry: HistoryEntry) {
  const { time, who, move, stage, release, measured, effective, override, result, seconds, reason, verdict } =
    entry;
  const [icon, word] = ending(entry);
  return (
    <li class={`entry entry-${icon}`}>
      <Icon name={icon} />
      <div>
        <p>
          <strong>{stage}</strong> {result === "judged" ? "judged" : move}{" "}
          <span class={`ending ending-${icon}`}>{word}</span>
        </p>
        <p class="entry-facts">
          <When time={time} />, {who}, {release.previous} → {release.canary}
          {result !== "judged" && (
            <>
              , {percent(measured ?? effective)} {measured === null ? "by weights" : "measured"}, in{" "}
              {duration(seconds)}
            </>
          )}
        </p>
        {verdict && (
          <p class="entry-facts">
            canary failed {failures(verdict.canary)}, previous {failures(verdict.previous)}, in{" "}
            {verdict.looks} looks
          </p>
        )}
        {override && <p class="entry-facts">lifecycle overridden: {override}</p>}
        {reason && <p class={isWrong(entry) ? "entry-reason" : "entry-facts"}>{reason}</p>}
      </div>
    </li>
  );
}

function ending(entry: HistoryEntry): readonly [IconName, string] {
  const { result, verdict } = entry;
  if (verdict && result === "judged") {
    return [
      verdict.decision === "harm" ? "bad" : verdict.decision === "fine" ? "good" : "behind",
      verdict.decision === "go on" ? "held" : verdict.decision,
    ];
  }
  return [isWrong(entry) ? "bad" : "good", result];
}
