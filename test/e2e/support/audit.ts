import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { layoutOf } from "../../../local/cluster/layout.ts";
import { until } from "../../support/until.ts";
import { administrator, environment } from "./environment.ts";

/** A request that the API server answered; the cluster's own components and the local edge are left out. */
export interface Call {
  readonly user: string;
  readonly verb: string;
  /** `deployments.apps`, `configmaps`, `pods/exec`; the path of a request that is about no object. */
  readonly resource: string;
  /** Undefined outside of namespaces. */
  readonly namespace: string | undefined;
  /** HTTP status. */
  readonly status: number;
}

const eventSchema = z.object({
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z
    .object({
      resource: z.string(),
      apiGroup: z.string().optional(),
      namespace: z.string().optional(),
      subresource: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.number() }),
});

type Event = z.infer<typeof eventSchema>;

/** What the API server was asked while some work was done, by its audit log. */
export async function callsDuring(work: () => Promise<void>): Promise<readonly Call[]> {
  const before = await mark();
  await work();
  const after = await mark();
  const events = await auditLog();
  const at = (name: string) => events.findIndex((event) => event.objectRef?.name === name);
  return events.slice(at(before) + 1, at(after)).map(callOf);
}

/** Puts a line into the log that is found again: a question for a namespace that nobody has. */
async function mark(): Promise<string> {
  const name = `audit-${randomUUID()}`;
  const api = await administrator();
  await api.get(`/api/v1/namespaces/${name}`);
  await until(async () => (await auditLog()).some(({ objectRef }) => objectRef?.name === name));
  return name;
}

async function auditLog(): Promise<Event[]> {
  const text = await readFile(layoutOf(environment().stateDir).audit, "utf8");
  // The last line may be half written.
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => eventSchema.parse(JSON.parse(line)));
}

function callOf({ user, verb, requestURI, objectRef, responseStatus }: Event): Call {
  return {
    user: user.username,
    verb,
    resource: objectRef ? resourceOf(objectRef) : (requestURI.split("?")[0] ?? ""),
    namespace: objectRef?.namespace,
    status: responseStatus.code,
  };
}

function resourceOf({ resource, apiGroup, subresource }: NonNullable<Event["objectRef"]>): string {
  return `${resource}${apiGroup ? `.${apiGroup}` : ""}${subresource ? `/${subresource}` : ""}`;
}
