import { effect, signal } from "@preact/signals";

/** As the system has it, unless the viewer chose. */
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const kept = (name: string): string | null => {
  try {
    return localStorage.getItem(`canary-page-${name}`);
  } catch {
    // A page from a file may have no storage: then a choice lasts as long as the page.
    return null;
  }
};

const keep = (name: string, value: string): void => {
  try {
    localStorage.setItem(`canary-page-${name}`, value);
  } catch {
    // As above.
  }
};

export const theme = signal<Theme>(THEMES.find((name) => name === kept("theme")) ?? "system");
/** Whether single keys act: whoever speaks to the machine may not want that. */
export const keysAct = signal(kept("keys") !== "off");

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  keep("theme", theme.value);
});
effect(() => keep("keys", keysAct.value ? "on" : "off"));

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
}
