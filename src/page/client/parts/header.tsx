import { nextTheme, theme } from "../preferences.ts";
import { link, project, status, zone } from "../state.ts";
import { Icon, type IconName } from "./icon.tsx";
import { When } from "./when.tsx";

/** Whose release this is, whether the page is connected, who holds the lock, and how things are shown. */
export function Header({ onKeys }: { readonly onKeys: () => void }) {
  const known = project.value;
  return (
    <header class="top">
      <h1>
        {known ? <span class="app">{known.app}</span> : "canary"}
        {known && (
          <span class="where">
            in {known.namespace}, by {known.router}
          </span>
        )}
      </h1>
      <div class="pills">
        <LinkPill />
        {status.value && <LockPill />}
      </div>
      <div class="choices">
        {link.value.kind === "live" && (
          <a class="quiet" href="/export" download>
            save as a file
          </a>
        )}
        <button type="button" class="quiet" onClick={toggleZone} aria-keyshortcuts="u">
          times: {zone}
        </button>
        <button type="button" class="quiet" onClick={nextTheme} aria-keyshortcuts="t">
          theme: {theme}
        </button>
        <button type="button" class="quiet" onClick={onKeys} aria-keyshortcuts="?">
          keys
        </button>
      </div>
    </header>
  );
}

export function toggleZone(): void {
  zone.value = zone.value === "local" ? "UTC" : "local";
}

const LINKS: Readonly<Record<"connecting" | "live" | "away", readonly [IconName, string]>> = {
  connecting: ["open", "connecting"],
  live: ["live", "live"],
  away: ["away", "not connected"],
};

function LinkPill() {
  const now = link.value;
  if (now.kind === "export") {
    return (
      <span class="pill pill-export">
        <Icon name="open" />
        <span>
          a record
          {now.made && (
            <>
              {" "}
              made <When time={now.made} />
            </>
          )}
        </span>
      </span>
    );
  }
  const [icon, word] = LINKS[now.kind];
  return (
    <span class={`pill pill-${now.kind}`}>
      <Icon name={icon} />
      <span>{word}</span>
    </span>
  );
}

function LockPill() {
  const lock = status.value?.lock;
  return (
    <span class={`pill ${lock ? "pill-locked" : ""}`}>
      <Icon name={lock ? "locked" : "free"} />
      {lock ? (
        <span>
          locked by {lock.name} since <When time={lock.since} />
        </span>
      ) : (
        <span>lock free</span>
      )}
    </span>
  );
}
