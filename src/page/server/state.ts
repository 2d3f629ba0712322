import { applicationIn } from "../../application/application.ts";
import type { KubernetesApi } from "../../cluster/api.ts";
import type { StackSummary } from "../../engine/pulumi.ts";
import type { HistoryEntry } from "../../model/history.ts";
import { readStatus, type Status } from "../../operations/status.ts";
import type { Project } from "../../project/project.ts";
import { statusJson } from "../../results/json.ts";
import { statusSchema } from "../../results/schemas.ts";
import type { PageProject, PageState, StatusJson } from "../contract.ts";
import { COMMAND } from "./command-line.ts";
import { pointsOf } from "./points.ts";

/** What of the state is the project's own. @param control whether anything can be done from the page */
export function pageProject({ config }: Project, control: boolean): PageProject {
  const { app, namespace, router, lifecycle, abort } = config;
  return { app: app.name, namespace, router, lifecycle, abort, command: COMMAND, control };
}

/** The state of a page that has just been opened: nothing was asked of the cluster yet. */
export const newState = (project: PageProject, csrf: string | null): PageState => ({
  project,
  cluster: { answers: false, since: new Date().toISOString(), why: null },
  status: null,
  history: [],
  points: [],
  soak: null,
  action: null,
  csrf,
});

/** A status as `canary status --json` gives it. */
export const shownStatus = (status: Status): StatusJson => statusSchema.parse(statusJson(status));

/** What a page is made of that is read once, and not followed. */
export interface StateSources {
  readonly project: Project;
  readonly api: KubernetesApi | undefined;
  readonly summaries: Promise<readonly StackSummary[]>;
  readonly stats: string | undefined;
}

/** The state at this moment; its chart is what the history tells. @throws UserError as the status does */
export async function stateNow({ project, api, summaries, stats }: StateSources): Promise<PageState> {
  const status = await readStatus(project, api, summaries, stats);
  const history: readonly HistoryEntry[] = api ? await applicationIn(api, project.config).history() : [];
  return {
    ...newState(pageProject(project, false), null),
    cluster: { answers: api !== undefined, since: new Date().toISOString(), why: null },
    status: shownStatus(status),
    history,
    points: pointsOf(history),
  };
}
