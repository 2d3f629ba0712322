import type { PageAction, PageProject, StatusJson } from "../../contract.ts";

/** Something that whoever looks should know before anything else. */
export interface Notice {
  readonly weight: "bad" | "warn" | "calm";
  readonly title: string;
  readonly text: string;
  /** What to type, where something is to be done. */
  readonly command?: string;
}

type Live = NonNullable<StatusJson["live"]>;

interface Known {
  readonly status: StatusJson;
  readonly project: PageProject;
  readonly running: PageAction | null;
}

/** What the state calls for, the worst first; none while all is as it should be. */
export function noticesOf({ status, project, running }: Known): readonly Notice[] {
  const { live, lock } = status;
  return [
    ...(live
      ? [
          ...abortedNotices(live),
          ...(running ? [] : unfinishedNotices(live, project)),
          ...verdictNotices(live, project),
        ]
      : []),
    ...(lock && !running ? [lockNotice(lock)] : []),
    ...(live?.override
      ? [{ weight: "calm", title: "Lifecycle overridden", text: live.override } as const]
      : []),
  ];
}

function abortedNotices({ aborted, release, liveVersion }: Live): readonly Notice[] {
  if (!aborted) return [];
  const by = aborted.by && ` by ${aborted.by}`;
  const why = aborted.reason && `: ${aborted.reason}`;
  return [
    {
      weight: "bad",
      title: "The canary was taken out",
      text: `${release.canary} was taken out${by}${why}. All traffic goes to ${liveVersion}.`,
    },
  ];
}

function unfinishedNotices(
  { stage, unfinishedMoveTo, deviations }: Live,
  { command }: PageProject,
): readonly Notice[] {
  if (unfinishedMoveTo) {
    return [
      {
        weight: "bad",
        title: `A move to ${unfinishedMoveTo} did not end`,
        text: `The cluster is between ${stage} and ${unfinishedMoveTo}. Go on with it, or go back.`,
        command: `${command} promote ${unfinishedMoveTo}`,
      },
    ];
  }
  if (deviations.length === 0) return [];
  return [
    {
      weight: "warn",
      title: `The cluster is not what ${stage} asks for`,
      text: "Somebody changed it beside the stages, see what differs below. The stage applied anew takes it back.",
      command: `${command} promote ${stage}`,
    },
  ];
}

function verdictNotices({ verdict, stage, aborted }: Live, { command }: PageProject): readonly Notice[] {
  if (!verdict || verdict.decision === "fine" || aborted) return [];
  if (verdict.decision === "harm") {
    return [
      {
        weight: "bad",
        title: "The canary does harm",
        text: `It fails more often at ${stage} than the previous version does at the same time.`,
        command: `${command} abort`,
      },
    ];
  }
  return [
    {
      weight: "warn",
      title: `Held at ${stage}`,
      text: "Nothing can be said of the canary yet. Judge it again, or decide yourself.",
      command: `${command} judge`,
    },
  ];
}

const lockNotice = ({ name, purpose }: NonNullable<StatusJson["lock"]>): Notice => ({
  weight: "calm",
  title: `${name} holds the lock`,
  text: `For ${purpose}. Nobody else can move the release until it is free.`,
});
