import { intend, possible } from "../intent.ts";
import { action, history, isConnected, link, live, project, running, status } from "../state.ts";
import { CommandLine } from "./command.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { Panel } from "./panel.tsx";
import { Progress } from "./progress.tsx";

/** What goes on, and what may be done next. Without control it shows the commands instead; a record has only what was done. */
export function Steering() {
  const last = action.value;
  const isRecord = link.value.kind === "export";
  if (!status.value || (isRecord && !last)) return null;
  return (
    <Panel name="next" title={running.value ? "Under way" : isRecord ? "Done last" : "Next"}>
      {!running.value && !isRecord && <Choices />}
      {last && <Progress action={last} />}
    </Panel>
  );
}

const ICONS: Readonly<Record<string, IconName>> = {
  promote: "move",
  rollback: "back",
  abort: "bad",
  judge: "judge",
};

function Choices() {
  const control = project.value?.control === true;
  const now = live.value;
  const isEnd = now !== null && now.next === null;
  const onwards = possible.value.find(({ kind }) => kind === "promote");
  return (
    <>
      {isEnd && (
        <p class="none">
          The release is at its end: {now.liveVersion} has all of the traffic. The next one begins with a
          commit: {project.value?.command} release VERSION.
        </p>
      )}
      {onwards && (
        <p>
          <button
            type="button"
            disabled={!isConnected.value}
            onClick={() => intend(onwards, true)}
            aria-keyshortcuts="v"
          >
            Preview {onwards.stage}
          </button>
        </p>
      )}
      {control && <ActionButtons />}
      {!control && (
        <>
          <ul class="commands">
            {possible.value.map(({ title, commandLine }) => (
              <li key={title}>
                <span>{title}</span>
                <CommandLine line={commandLine} />
              </li>
            ))}
          </ul>
          <p class="under">This page only shows. Started with --control it also acts.</p>
        </>
      )}
      {history.value.length === 0 && !now && status.value?.founded === false && (
        <p class="none">The foundation comes first: {project.value?.command} foundation.</p>
      )}
    </>
  );
}

/** The key that does each: see the keys' dialog. */
const KEYS = { promote: "p", rollback: "b", abort: "x", judge: "j" } as const;

function ActionButtons() {
  return (
    <ul class="actions">
      {possible.value.map((possibility, at) => (
        <li key={possibility.title}>
          <button
            type="button"
            class={[possibility.kind === "abort" ? "danger" : "", at === 0 ? "primary" : ""].join(" ")}
            disabled={!isConnected.value}
            onClick={() => intend(possibility, false)}
            aria-keyshortcuts={KEYS[possibility.kind]}
          >
            <Icon name={ICONS[possibility.kind] ?? "move"} /> {possibility.title} …
          </button>
        </li>
      ))}
    </ul>
  );
}
