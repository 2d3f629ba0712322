import type { z } from "zod";
import type { HistoryEntry } from "../model/history.ts";
import type { evidenceSchema, previewSchema, statusSchema } from "../results/schemas.ts";

/**
 * What `canary page`'s server tells its viewers, and what they may ask for. Types alone: the server (src/page/server) and the
 * page in the browser (src/page/client) are both written against them. Shares are percent; times RFC 3339.
 *
 * GET  /                    the page (one HTML, one script, one style; strict CSP). `/?token=ONCE` sets the cookie, then redirects to `/`.
 * GET  /events              server-sent events, each `data:` one PageEvent as JSON. First a `state` with everything, then what
 *                           changes; a `changed` without anything every 15 s. A viewer who reads too slowly gets a `state` again.
 * GET  /export              the release as one HTML file that needs no server, as `canary page --export FILE` writes it.
 * GET  /preview?stage=NAME  PreviewAnswer: the exact preview of a stage, made on demand by the engine (seconds).
 * POST /actions             ActionRequest as application/json, header `x-canary-csrf: <csrf of PageState>`; 202 with {id} when it began, else ActionRefused (4xx).
 * POST /actions/ID/cancel   as Ctrl-C in the command; the same header. A cancelled judge holds: the canary stays as it is.
 *
 * The HTML has `<div id="page">` to render into. An exported page has its script and style in it, and before them
 * `<script type="application/json" id="state" data-made="RFC 3339">` with the PageState; a served one has no such element.
 */
export type PageEvent =
  | { readonly event: "state"; readonly state: PageState }
  /** The parts of the state that changed, whole. */
  | { readonly event: "changed"; readonly changed: Partial<PageState> }
  /** One more point of the chart; older ones are in `state.points`. */
  | { readonly event: "point"; readonly point: SharePoint };

export interface PageState {
  readonly project: PageProject;
  /**
   * Whether the cluster answers, and since when that is so. What is known of it stays in the state meanwhile. `why` is null
   * before it was asked; it also says why an answer cannot be understood.
   */
  readonly cluster: { readonly answers: boolean; readonly since: string; readonly why: string | null };
  /** As `canary status --json` gives it; null until it was read once. */
  readonly status: StatusJson | null;
  /** Newest first, as `canary history --json` gives it. */
  readonly history: readonly HistoryEntry[];
  /** At most 10,000, oldest first. */
  readonly points: readonly SharePoint[];
  /** What the gate has seen so far at the live stage; null where it does not judge now. */
  readonly soak: PageSoak | null;
  /** The action that goes on, or the last one that ended; everybody sees the same. */
  readonly action: PageAction | null;
  /** For the header of POSTs; null where the page is read-only. */
  readonly csrf: string | null;
}

export interface PageProject {
  readonly app: string;
  readonly namespace: string;
  readonly router: string;
  readonly lifecycle: readonly string[];
  /** The stage outside of the lifecycle that takes the canary out: `canary-0`. */
  readonly abort: string;
  /** How the command is typed here: `npx canary`. */
  readonly command: string;
  /** What the page may do; read-only without `--control`. */
  readonly control: boolean;
}

/** One moment of the chart. */
export interface SharePoint {
  readonly time: string;
  /** The canary's, by pods and weights; null where nothing runs. */
  readonly effective: number | null;
  /** The canary's, in the edge; null where nobody said where its statistics are. */
  readonly applied: number | null;
  readonly versions: { readonly previous: string; readonly canary: string } | null;
  /** Requests and failed ones since the point before, by the edge's counters; null where they are not read. */
  readonly previous: { readonly requests: number; readonly failed: number } | null;
  readonly canary: { readonly requests: number; readonly failed: number } | null;
}

export interface PageSoak {
  readonly stage: string;
  /** As `canary judge --json` gives it, look by look, oldest first (at most 1,000; thinned out evenly before that). */
  readonly looks: readonly EvidenceJson[];
  /** The e-values at which it is decided: harm at or above the first, fine at or above the second. */
  readonly boundaries: { readonly harm: number; readonly fine: number };
  readonly leastSeconds: number;
  readonly mostSeconds: number;
  /** Who judges: this page's server, or a command elsewhere whose verdict alone is known. */
  readonly held: boolean;
}

export type ActionKind = "promote" | "rollback" | "abort" | "judge";

export interface ActionRequest {
  readonly kind: ActionKind;
  /** For promote and rollback: the stage it goes to. */
  readonly stage?: string;
  /** For abort. */
  readonly reason?: string;
  /** `seen` of the preview that the viewer decided by. The move is refused where it would do something else by now. */
  readonly seen?: string;
  /** What the viewer typed to confirm: the stage's name (abort: the word abort). */
  readonly confirmation: string;
}

export interface ActionRefused {
  readonly message: string;
  readonly hint: string;
}

export interface PageAction {
  readonly id: string;
  readonly kind: ActionKind;
  readonly stage: string | null;
  readonly began: string;
  readonly ended: string | null;
  /** `npx canary promote canary-75 --yes`: what would do the same in a shell. */
  readonly commandLine: string;
  /** The phases, as the command shows them. */
  readonly phases: readonly {
    readonly title: string;
    readonly state: "runs" | "done" | "failed";
    readonly seconds: number;
    readonly note: string;
  }[];
  /** Facts worth a line. */
  readonly lines: readonly string[];
  /** Null while it goes on. The exit code is the command's. */
  readonly result: { readonly exitCode: number; readonly message: string; readonly hint: string } | null;
}

export type PreviewAnswer =
  | { readonly preview: PreviewJson; readonly commandLine: string; readonly seen: string }
  | { readonly refused: ActionRefused };

/** The JSON of the command, by the same schemas. */
export type StatusJson = z.output<typeof statusSchema>;
export type PreviewJson = z.output<typeof previewSchema>;
export type EvidenceJson = z.output<typeof evidenceSchema>;
