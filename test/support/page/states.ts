import type { PageAction, PageSoak, PageState, SharePoint } from "../../../src/page/contract.ts";
import {
  ago,
  controlled,
  entry,
  liveAt,
  NOTHING_RELEASED,
  NOW,
  PAST,
  type Pod,
  pod,
  pointsUpTo,
  RELEASE,
  released,
  track,
  VERDICT,
} from "./release.ts";

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
  responseTimes: null,
  own: null,
  atCanary: { waiting: 0, redispatched: 0 },
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
