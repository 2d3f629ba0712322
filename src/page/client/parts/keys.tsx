import { KEYS } from "../keys.ts";
import { keysAct } from "../preferences.ts";
import { project } from "../state.ts";
import { Dialog } from "./dialog.tsx";

/** What the keys do, and whether they do. */
export function Keys({ onClose }: { readonly onClose: () => void }) {
  const shown = KEYS.filter(({ needsControl }) => !needsControl || project.value?.control);
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="keys">
        {shown.map(({ key, meaning }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>←</kbd> <kbd>→</kbd>
          </dt>
          <dd>along the chart, once it has the focus; with Shift ten at a time</dd>
        </div>
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={keysAct.value}
          onChange={({ currentTarget }) => {
            keysAct.value = currentTarget.checked;
          }}
        />
        Single keys act
      </label>
    </Dialog>
  );
}
