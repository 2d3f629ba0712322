import { isBookkeeping } from "../engine/changes.ts";
import type { StackState, StateResource } from "../engine/stacks.ts";

/** What becomes of a stack's objects when it is destroyed. */
export interface StackObjects {
  /** `Namespace httpdcanary`, for what is deleted; empty where everything is kept. */
  readonly deleted: readonly string[];
  /** Objects that the stack lets go of without deleting them. */
  readonly kept: number;
}

/** Which of a stack's objects go with it, and how many it keeps. */
export function objectsIn({ deployment: { resources = [] } }: StackState): StackObjects {
  const objects = resources.filter(({ type }) => !isBookkeeping(type));
  const deleted = objects.filter(({ retainOnDelete }) => retainOnDelete !== true);
  return {
    deleted: deleted.map((resource) => `${kindOf(resource)} ${nameOf(resource)}`),
    kept: objects.length - deleted.length,
  };
}

/** `Deployment/httpd-new`, for every object of the states. */
export function objectNames(states: readonly StackState[]): Set<string> {
  const objects = states.flatMap(({ deployment }) => deployment.resources ?? []);
  return new Set(objects.map((resource) => `${kindOf(resource)}/${nameOf(resource)}`));
}

const kindOf = ({ type }: StateResource): string => type.split(":").at(-1) ?? type;

/** The id of an object of Kubernetes is `NAMESPACE/NAME`, or its name alone. */
const nameOf = ({ id, urn }: StateResource): string =>
  (id ?? urn.split("::").at(-1) ?? urn).split("/").at(-1) ?? urn;
