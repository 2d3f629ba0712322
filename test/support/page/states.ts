import type { HistoryEntry } from "../../../src/model/history.ts";
import type { PageAction, PageSoak, PageState, SharePoint, StatusJson } from "../../../src/page/contract.ts";

type Live = NonNullable<StatusJson["live"]>;
type Track = Live["tracks"]["canary"];
type Pod = Track["replicaSets"][number]["pods"][number];

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

const track = (deployment: string, pods: readonly Pod[]): Track => ({
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

const liveAt = (stage: string, history: readonly HistoryEntry[], next: string | null): Live => {
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
    aborted: null,
    move: history.find(({ result }) => result === "done") ?? null,
    shares: { canary: shares, previous: rest },
    tracks: {
      canary: track("httpd-new", share === 0 ? [] : pods("new", RELEASE.canary, share)),
      previous: track("httpd-previous", share === 100 ? [] : pods("previous", RELEASE.previous, 100 - share)),
    },
    deviations: [],
    verdict: null,
    unfinishedMoveTo: null,
    next,
  };
};

const VERDICT = {
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

const PAST: readonly HistoryEntry[] = [
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

export const ACTION: PageAction = {
  id: "a1",
  kind: "promote",
  stage: "canary-100",
  began: ago(9),
  ended: null,
  commandLine: "npx canary promote canary-100 --yes",
  phases: [
    { title: "preview canary-100", state: "done", seconds: 1.3, note: "" },
    {
      title: "apply canary-100",
      state: "runs",
      seconds: 3.4,
      note: "Deployment httpd-new: 2 of 3 pods are ready",
    },
  ],
  lines: ["Nobody was told of it: notify names no webhook."],
  result: null,
};

type Look = PageSoak["looks"][number];

const look = (at: number, eA: number, eN: number, changed: Partial<Look> = {}): Look => ({
  decision: "go on",
  sentence:
    "fails 0.02 % where previous fails 0.02 %: not enough traffic to say more than: it fails at most 2 x as often plus 0.9 %",
  looks: at,
  seconds: 5 * at,
  canary: { requests: 750 * at, failed: Math.floor(at / 8) },
  previous: { requests: 250 * at, failed: Math.floor(at / 9) },
  eA,
  eB: 1,
  eN,
  run: false,
  bound: 0.009,
  restarts: { canary: { restarts: 0, podSeconds: 15 * at }, previous: { restarts: 0, podSeconds: 15 * at } },
  measures: [],
  unread: null,
  ...changed,
});

export const SOAK: PageSoak = {
  stage: "canary-75",
  looks: Array.from({ length: 24 }, (_, at) => look(at + 1, 1 / (1 + at / 6), 1.14 ** at)),
  boundaries: { harm: 200, fine: 20 },
  leastSeconds: 60,
  mostSeconds: 600,
  held: true,
};

const HARMFUL: PageSoak = {
  ...SOAK,
  looks: [
    ...Array.from({ length: 7 }, (_, at) => look(at + 1, 2.3 ** at, 0.9 ** at)),
    look(8, 4100, 0.2, {
      decision: "harm",
      sentence: "fails 4.1 % where previous fails 0.02 %: chance would show this once in 4,100 soaks",
      canary: { requests: 6000, failed: 246 },
    }),
  ],
};

const OUT = entry("canary-0", 30, {
  move: "abort",
  measured: null,
  who: "bob@pager",
  reason: "errors doubled",
});

const aborted = (): PageState => {
  const state = released("canary-75");
  const { status } = state;
  if (!status?.live) throw new Error("canary-75 is live");
  return {
    ...state,
    status: {
      ...status,
      stages: [
        { name: "canary-0", condition: "live" },
        { name: "canary-25", condition: "applied" },
        { name: "canary-75", condition: "applied" },
        { name: "canary-100", condition: "never applied" },
      ],
      live: {
        ...liveAt("canary-0", [OUT], "canary-25"),
        aborted: { by: "bob@pager", reason: "errors doubled" },
      },
    },
    history: [OUT, ...PAST],
    points: [
      ...pointsUpTo(75),
      { ...(pointsUpTo(75).at(-1) as SharePoint), time: ago(0), effective: 0, applied: 0 },
    ],
  };
};

/** 1,000 pods, some of them in trouble, and 10,000 points: the most that a page has to bear. */
const large = (): PageState => {
  const many = (name: string, version: string, weight: number) =>
    Array.from({ length: 500 }, (_, at) =>
      pod(
        `httpd-${name}-5d9c7b8f6-${String(at).padStart(3, "0")}xq`,
        version,
        weight,
        at % 100 === 99 ? TROUBLED : {},
      ),
    );
  return released(
    "canary-75",
    {
      tracks: {
        canary: track("httpd-new", many("new", RELEASE.canary, 75)),
        previous: track("httpd-previous", many("previous", RELEASE.previous, 25)),
      },
    },
    { points: pointsUpTo(75, 10_000), soak: SOAK },
  );
};

const TROUBLED: Partial<Pod> = {
  serving: false,
  state: "CrashLoopBackOff",
  reason: "the container ended with exit code 1",
  restarts: 4,
  lastRestart: ago(40),
};

/** Every state that the page has to show, by name. */
export const STATES = {
  "nothing released": NOTHING_RELEASED,
  "canary-25": released("canary-25"),
  "canary-75": released("canary-75", { verdict: VERDICT }),
  "canary-100": released("canary-100"),
  "in a move": withLock(
    controlled(released("canary-75", { unfinishedMoveTo: "canary-100" }, { action: ACTION })),
    "alice@laptop",
  ),
  judged: controlled(released("canary-75", {}, { soak: SOAK })),
  harm: controlled(
    released("canary-75", { verdict: { ...VERDICT, decision: "harm", evidence: 4100 } }, { soak: HARMFUL }),
  ),
  held: controlled(released("canary-75", { verdict: { ...VERDICT, decision: "go on" } })),
  aborted: aborted(),
  drifted: controlled(
    released("canary-75", {
      deviations: [
        { object: "Deployment httpd-new", path: "spec.replicas", planned: 3, live: 2 },
        {
          object: "Service httpd",
          path: "metadata.annotations",
          planned: null,
          live: { "example.com/by-hand": "yes" },
        },
      ],
    }),
  ),
  "locked by another": withLock(controlled(released("canary-75")), "carol@ci-runner"),
  "cluster away": {
    ...controlled(released("canary-75")),
    cluster: { answers: false, since: ago(45), why: "connect ECONNREFUSED 10.0.0.1:6443" },
  },
  controlled: controlled(released("canary-75")),
  large: large(),
} satisfies Readonly<Record<string, PageState>>;

export type StateName = keyof typeof STATES;

function withLock(state: PageState, name: string): PageState {
  const lock = {
    name,
    since: ago(20),
    until: new Date(Date.parse(NOW) + 10_000).toISOString(),
    purpose: "promote canary-100",
  };
  return { ...state, status: state.status && { ...state.status, lock } };
}
