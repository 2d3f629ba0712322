import { live } from "../state.ts";
import { Panel } from "./panel.tsx";
import { Value } from "./value.tsx";

/** What the cluster has otherwise than the live stage asks for; nothing where it does not differ. */
export function Drift() {
  const now = live.value;
  if (!now || now.deviations.length === 0) return null;
  return (
    <Panel
      name="drift"
      title={`What differs from ${now.stage}`}
      aside={<span class="aside">{now.deviations.length}</span>}
    >
      <ul class="changes">
        {now.deviations.map(({ object, path, planned, live: found }) => (
          <li key={`${object} ${path}`}>
            <span class="change-object">{object}</span>
            <span class="change-path">{path}</span>
            <span class="change-values">
              asked for <Value of={planned} />, found <Value of={found} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
