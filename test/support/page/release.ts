import type { HistoryEntry } from "../../../src/model/history.ts";
import type { PageState, SharePoint, StatusJson } from "../../../src/page/contract.ts";

type Live = NonNullable<StatusJson["live"]>;
type Track = Live["tracks"]["canary"];
export type Pod = Track["replicaSets"][number]["pods"][number];

/** When all of it is: the tests' browser has its clock there. */
export const NOW = "2026-11-28T04:30:00.000Z";

export const RELEASE = { previous: "2.4.18", canary: "2.4.20" };

/** So many seconds before `NOW`. */
export const ago = (seconds: number): string => new Date(Date.parse(NOW) - seconds * 1000).toISOString();

/** A page's state at its beginning: the command runs, and nothing was released. */
export const NOTHING_RELEASED: PageState = {
  project: {
    app: "httpd",
    namespace: "canary-demo",
    router: "voyager",
    lifecycle: ["canary-25", "canary-75", "canary-100"],
    abort: "canary-0",
    command: "npx canary",
    control: false,
  },
  cluster: { answers: true, since: ago(600), why: null },
  status: {
    app: "httpd",
    namespace: "canary-demo",
    release: RELEASE,
    founded: true,
    live: null,
    stages: [
      { name: "canary-25", condition: "never applied" },
      { name: "canary-75", condition: "never applied" },
      { name: "canary-100", condition: "never applied" },
    ],
    lock: null,
  },
  history: [],
  points: [],
  soak: null,
  action: null,
  csrf: null,
};

export const pod = (name: string, version: string, weight: number, changed: Partial<Pod> = {}): Pod => ({
  name,
  image: `httpd:${version}`,
  version,
  serving: true,
  state: "Running",
  restarts: 0,
  ageSeconds: 250,
  weight,
  ...changed,
});

export const track = (deployment: string, pods: readonly Pod[]): Track => ({
  deployment,
  rollout: "complete",
  replicas: pods.length,
  replicaSets: [{ name: `${deployment}-5d9c7b8f6`, revision: "3", pods: [...pods] }],
});

export const entry = (
  stage: string,
  secondsAgo: number,
  changed: Partial<HistoryEntry> = {},
): HistoryEntry => ({
  time: ago(secondsAgo),
  who: "alice@laptop",
  move: "promotion",
  stage,
  release: RELEASE,
  effective: shareOf(stage),
  measured: shareOf(stage) - 0.2,
  override: "",
  result: "done",
  seconds: 6.3,
  ...changed,
});

/** `canary-75` is for 75 percent. */
const shareOf = (stage: string): number => Number(stage.replace(/^\D+/, ""));

export const liveAt = (stage: string, history: readonly HistoryEntry[], next: string | null): Live => {
  const share = shareOf(stage);
  const shares = {
    intended: share,
    effective: share,
    applied: share,
    measured: share === 0 ? null : share - 0.2,
  };
  const rest = {
    intended: 100 - share,
    effective: 100 - share,
    applied: 100 - share,
    measured: share === 0 ? null : 100.2 - share,
  };
  const pods = (name: string, version: string, weight: number) =>
    [1, 2, 3].map((at) => pod(`httpd-${name}-5d9c7b8f6-${at}x7kq`, version, weight));
  return {
    stage,
    release: RELEASE,
    reached: history.map((past) => past.stage),
    liveVersion: share === 100 ? RELEASE.canary : RELEASE.previous,
    override: "",
    writtenBy: null,
    aborted: null,
    move: history.find(({ result }) => result === "done") ?? null,
    shares: { canary: shares, previous: rest },
    tracks: {
      canary: track("httpd-new", share === 0 ? [] : pods("new", RELEASE.canary, share)),
      previous: track("httpd-previous", share === 100 ? [] : pods("previous", RELEASE.previous, 100 - share)),
    },
    contradictions: [],
    deviations: [],
    verdict: null,
    unfinishedMoveTo: null,
    next,
  };
};

export const VERDICT = {
  decision: "fine",
  looks: 24,
  canary: { requests: 18_204, failed: 3 },
  previous: { requests: 54_310, failed: 11 },
  evidence: 0.08,
  bound: 0.0012,
} as const;

/** The share over the last minutes, a point each second: 25 %, then 75 % for as long as it is live. */
export function pointsUpTo(share: number, count = 420): readonly SharePoint[] {
  return Array.from({ length: count }, (_, at) => {
    const effective = at < count / 3 ? 0 : at < count / 1.5 ? Math.min(25, share) : share;
    const failed = share > 0 && at % 97 === 0 ? 1 : 0;
    return {
      time: ago(count - at),
      effective,
      applied: effective,
      versions: RELEASE,
      previous: { requests: 200 - 2 * effective, failed: 0 },
      canary: { requests: 2 * effective, failed },
    };
  });
}

export const PAST: readonly HistoryEntry[] = [
  entry("canary-75", 140),
  entry("canary-25", 200, {
    result: "judged",
    verdict: VERDICT,
    measured: null,
    seconds: 60,
    reason: "the canary fails no more often",
  }),
  entry("canary-25", 280, { move: "first" }),
];

/** What is live at a stage, with what a release has left behind until then. */
export function released(
  stage: string,
  changed: Partial<Live> = {},
  state: Partial<PageState> = {},
): PageState {
  const { lifecycle } = NOTHING_RELEASED.project;
  const at = lifecycle.indexOf(stage);
  const history = [entry(stage, 140), ...PAST.slice(1)].slice(at === 0 ? 2 : 0);
  const status = NOTHING_RELEASED.status;
  if (!status) throw new Error("the state at the beginning has a status");
  const isDrifted = (changed.deviations?.length ?? 0) > 0;
  const stages = lifecycle.map((name, place) => ({
    name,
    condition: place === at ? (isDrifted ? "drifted" : "live") : place < at ? "applied" : "never applied",
  })) satisfies StatusJson["stages"];
  return {
    ...NOTHING_RELEASED,
    status: { ...status, live: { ...liveAt(stage, history, lifecycle[at + 1] ?? null), ...changed }, stages },
    history,
    points: pointsUpTo(shareOf(stage)),
    ...state,
  };
}

export const controlled = (state: PageState): PageState => ({
  ...state,
  project: { ...state.project, control: true },
  csrf: "csrf-of-the-test",
});
