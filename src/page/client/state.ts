import { computed, signal } from "@preact/signals";
import type { PageEvent, PageState, SharePoint } from "../contract.ts";
import { announcements } from "./model/announcements.ts";
import { appendPoint, withEvent } from "./model/events.ts";
import type { Zone } from "./model/times.ts";

/** How what is shown came here, and whether it still does. */
export type Link =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** The server does not answer since then. */
  | { readonly kind: "away"; readonly since: Date }
  /** Written into the page itself at that time. */
  | { readonly kind: "export"; readonly made: Date | undefined };

const state = signal<PageState | undefined>(undefined);

export const link = signal<Link>({ kind: "connecting" });
/** When the status was told: the ages in it are of then. */
export const statusAt = signal(new Date());
export const project = computed(() => state.value?.project);
export const cluster = computed(() => state.value?.cluster);
export const status = computed(() => state.value?.status ?? null);
export const live = computed(() => status.value?.live ?? null);
export const history = computed(() => state.value?.history ?? []);
export const soak = computed(() => state.value?.soak ?? null);
export const action = computed(() => state.value?.action ?? null);
export const csrf = computed(() => state.value?.csrf ?? null);
/** The action that goes on. */
export const running = computed(() => (action.value && !action.value.result ? action.value : null));

/** Appended in place; whoever shows them reads `pointsSeen` to be told. */
export const points: SharePoint[] = [];
export const pointsSeen = signal(0);

/** Whether what is shown is what was, and may not be any more. */
export const isStale = computed(() => link.value.kind === "away" || cluster.value?.answers === false);
/** Whether the page can ask for something: a preview, an action. */
export const isConnected = computed(() => link.value.kind === "live" && cluster.value?.answers === true);

export const zone = signal<Zone>("local");
/** Now, to the minute: what shows an age reads this. */
export const minute = signal(new Date());
/** What is said to a screen reader. */
export const announced = signal("");

/** Takes an event of the server in. */
export function receive(event: PageEvent): void {
  const before = state.value;
  const after = withEvent(before, event);
  if (after?.status !== before?.status) statusAt.value = new Date();
  if (event.event === "point") appendPoint(points, event.point);
  else if (event.event === "state" || event.changed.points)
    points.splice(0, points.length, ...(after?.points ?? []));
  if (event.event !== "changed" || event.changed.points) pointsSeen.value++;
  state.value = after;
  const sentences = [
    ...(link.value.kind === "away" ? ["Connected again."] : []),
    ...(after && after !== before ? announcements(before, after) : []),
  ];
  if (after && link.value.kind !== "export") link.value = { kind: "live" };
  if (sentences.length > 0) announced.value = sentences.join(" ");
}

/** The server does not answer: what was known stays. */
export function lose(): void {
  if (link.value.kind === "away") return;
  link.value = { kind: "away", since: new Date() };
  announced.value = "canary page does not answer any more. What is shown is what it said last.";
}
