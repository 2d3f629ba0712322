import { computed } from "@preact/signals";
import { type Notice, noticesOf } from "../model/notices.ts";
import { cluster, link, project, running, status } from "../state.ts";
import { CommandLine } from "./command.tsx";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

const notices = computed(() =>
  status.value && project.value
    ? noticesOf({ status: status.value, project: project.value, running: running.value })
    : [],
);

const ICONS = { bad: "bad", warn: "warn", calm: "locked" } as const;

/** What whoever looks should know first. It is shown; the page's live region says it. */
export function Notices() {
  return (
    <section class="notices" aria-label="Notices">
      <AwayNotice />
      {notices.value.map((notice) => (
        <NoticeLine key={notice.title} {...notice} />
      ))}
    </section>
  );
}

function NoticeLine({ weight, title, text, command }: Notice) {
  return (
    <div class={`notice notice-${weight}`}>
      <Icon name={ICONS[weight]} />
      <p>
        <strong>{title}</strong> {text}
      </p>
      {command && <CommandLine line={command} />}
    </div>
  );
}

/** The command or the cluster is away: which of them, since when, and what is shown meanwhile. */
function AwayNotice() {
  const now = link.value;
  const known = cluster.value;
  if (now.kind === "away") {
    return (
      <div class="notice notice-away">
        <Icon name="away" />
        <p>
          <strong>canary page does not answer</strong> since <When time={now.since} />.{" "}
          {known ? "What is shown was so then. " : ""}It is asked again every few seconds. Where it was
          started anew, open the address that it printed.
        </p>
      </div>
    );
  }
  if (!known || known.answers) return null;
  return (
    <div class="notice notice-away">
      <Icon name="away" />
      <p>
        <strong>The cluster does not answer</strong> since <When time={known.since} />
        {known.why && `: ${known.why}`}. What is shown was so then, and comes back by itself.
      </p>
    </div>
  );
}
