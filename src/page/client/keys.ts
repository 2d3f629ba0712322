import type { ActionKind } from "../contract.ts";
import { intend, intent, possible } from "./intent.ts";
import { keysAct, nextTheme } from "./preferences.ts";
import { isConnected, link, project, running, zone } from "./state.ts";

/** What single keys do. None of them acts on the cluster by itself: each opens what asks first. */
export const KEYS: readonly {
  readonly key: string;
  readonly meaning: string;
  readonly needsControl?: boolean;
}[] = [
  { key: "v", meaning: "preview the next stage" },
  { key: "p", meaning: "promote to the next stage", needsControl: true },
  { key: "b", meaning: "roll back a stage", needsControl: true },
  { key: "x", meaning: "take the canary out", needsControl: true },
  { key: "j", meaning: "judge the canary", needsControl: true },
  { key: "/", meaning: "filter the history" },
  { key: "u", meaning: "times in UTC, or in the local zone" },
  { key: "t", meaning: "theme: as the system, light, dark" },
  { key: "?", meaning: "these keys" },
];

const ACTIONS: Readonly<Record<string, ActionKind>> = { p: "promote", b: "rollback", x: "abort", j: "judge" };

/** Follows the keyboard. Keys typed into a field, or with a modifier, are none of ours. */
export function listenToKeys(showKeys: () => void): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (
      !keysAct.value ||
      event.ctrlKey ||
      event.altKey ||
      event.metaKey ||
      isTyping(event.target) ||
      intent.value
    )
      return;
    if (press(event.key, showKeys)) event.preventDefault();
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, select, textarea, dialog") !== null;

/** @returns whether the key means something now */
function press(key: string, showKeys: () => void): boolean {
  const kind = ACTIONS[key];
  if (kind) return open(kind, false);
  switch (key) {
    case "v":
      return open("promote", true);
    case "/":
      document.getElementById("filter-words")?.focus();
      return true;
    case "u":
      zone.value = zone.value === "local" ? "UTC" : "local";
      return true;
    case "t":
      nextTheme();
      return true;
    case "?":
      showKeys();
      return true;
    default:
      return false;
  }
}

function open(kind: ActionKind, looksOnly: boolean): boolean {
  const possibility = possible.value.find((one) => one.kind === kind);
  const may =
    link.value.kind === "live" &&
    isConnected.value &&
    !running.value &&
    (looksOnly || project.value?.control);
  if (!possibility || !may) return false;
  void intend(possibility, looksOnly);
  return true;
}
