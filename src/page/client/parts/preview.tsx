import type { PreviewJson } from "../../contract.ts";
import { byObject, type Change } from "../model/changes.ts";
import { percent, plural } from "../model/numbers.ts";
import { Icon } from "./icon.tsx";
import { Value } from "./value.tsx";

/** Exactly what a move would change: the stage in numbers, then object by object. */
export function Preview({ preview }: { readonly preview: PreviewJson }) {
  const { stage, move, release, tracks, settings, during, hooks, restarts, changes, takenOver } = preview;
  const objects = byObject(changes);
  return (
    <div class="preview">
      <p class="preview-title">
        <strong>{stage}</strong>, {move} {release.previous} → {release.canary}
      </p>
      <table class="tracks-table">
        <thead>
          <tr>
            <td />
            <th scope="col">share</th>
            <th scope="col">replicas</th>
            <th scope="col">weight of a pod</th>
          </tr>
        </thead>
        <tbody>
          {(["canary", "previous"] as const).map((name) => (
            <tr key={name}>
              <th scope="row">
                <span class={`swatch swatch-${name}`} aria-hidden="true" /> {tracks[name].version.to}
              </th>
              <td>
                <FromTo {...tracks[name].effective} textOf={percent} />
              </td>
              <td>
                <FromTo {...tracks[name].replicas} textOf={String} />
              </td>
              <td>
                <FromTo {...tracks[name].weight} textOf={String} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul class="remarks">
        {during && (
          <li>
            The canary has {percent(during.lowest)} to {percent(during.highest)} during the move.
          </li>
        )}
        {restarts.length > 0 && <li>Pods made anew: {restarts.join(", ")}.</li>}
        {hooks.map(({ hook, command }) => (
          <li key={hook}>
            Runs {hook} the move, and has to succeed: <code>{command}</code>
          </li>
        ))}
        {takenOver.map(({ object, managers }) => (
          <li key={object}>
            <Icon name="warn" /> {object} was made by {managers.join(", ") || "somebody else"} and would be
            taken over.
          </li>
        ))}
      </ul>
      <Settings settings={settings} release={release} />
      <p class="preview-title">
        {changes.length === 0
          ? "Nothing would change."
          : `${plural(changes.length, "change")} in ${plural(objects.length, "object")}`}
      </p>
      {objects.map(([object, parts]) => (
        <ObjectChanges key={object} object={object} changes={parts} />
      ))}
    </div>
  );
}

interface FromToProps<T> {
  readonly from: T | null;
  readonly to: T;
  readonly textOf: (value: T) => string;
}

function FromTo<T>({ from, to, textOf }: FromToProps<T>) {
  if (from === null || textOf(from) === textOf(to)) return <>{textOf(to)}</>;
  return (
    <>
      {textOf(from)} → <strong>{textOf(to)}</strong>
    </>
  );
}

function Settings({ settings, release }: Pick<PreviewJson, "settings" | "release">) {
  const changed = settings.filter(({ change }) => change !== "same");
  if (changed.length === 0) return null;
  return (
    <details class="object">
      <summary>
        {release.canary} against {release.previous} <small>{plural(changed.length, "setting")}</small>
      </summary>
      <ul class="changes">
        {changed.map(({ path, change, from, to }) => (
          <li key={path}>
            <span class="change-path">{path}</span>
            <span class="change-values">
              {from === null && to === null ? (
                change
              ) : (
                <>
                  <Value of={from} /> → <Value of={to} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function ObjectChanges({
  object,
  changes,
}: {
  readonly object: string;
  readonly changes: readonly Change[];
}) {
  const [first] = changes;
  return (
    <details class="object" open={changes.length < 4}>
      <summary>
        {object} <small>{first?.operation}</small>
      </summary>
      <ul class="changes">
        {changes
          .filter(({ path }) => path !== "")
          .map(({ path, from, to }) => (
            <li key={path}>
              <span class="change-path">{path}</span>
              <span class="change-values">
                <Value of={from} /> → <Value of={to} />
              </span>
            </li>
          ))}
      </ul>
    </details>
  );
}
