import type { AppConfig } from "../../config/app.ts";
import { pathText } from "../../config/errors.ts";
import { UserError } from "../../errors.ts";
import { typeProblems } from "../../model/kubernetes/check.ts";
import type { PodProblem, PodSpec } from "../../model/kubernetes/pod.ts";
import { podSecurityProblems } from "../../model/kubernetes/pod-security.ts";
import { brokenPromises } from "../../model/kubernetes/promises.ts";
import type { PodArgs } from "./args.ts";
import { ownPodSpec, podSpec } from "./pod.ts";

/**
 * Refuses what an application must not make of its pods.
 * @throws UserError for a piece of `app.pod` that breaks the drain, readiness, rolling or the Pod Security Standard, and
 *   for labels and annotations that are the router's
 */
export function requirePod(args: PodArgs): void {
  requireFreeMarks(args);
  // The SDK's types have every value as one that may come later; here all of them are there.
  const [own, pod] = [ownPodSpec(args) as PodSpec, podSpec(args) as PodSpec];
  const incomplete = typeProblems("PodSpec", pod, { isFragment: false });
  const broken = [
    ...incomplete.map(
      ({ path, message }): PodProblem => ({ path: pathText(path), value: undefined, message }),
    ),
    ...brokenPromises(own, pod),
  ];
  if (broken.length > 0) {
    throw new UserError(
      linesOf(broken, args.app),
      "Take it out of app.pod: this is what keeps requests from failing while a release goes through its stages.",
    );
  }
  const standard = args.app.podSecurity?.standard ?? "restricted";
  const insecure = podSecurityProblems(pod, standard);
  if (insecure.length > 0) {
    const mayAskForBaseline = standard === "restricted" && podSecurityProblems(pod, "baseline").length === 0;
    throw new UserError(
      `the pods would not keep the Pod Security Standard ${standard}:\n${linesOf(insecure, args.app)}`,
      mayAskForBaseline
        ? 'Take it out, or say why it has to be: app.podSecurity: {standard: baseline, reason: "…"}.'
        : "Take it out: pods with it would share too much with their node, and the namespace refuses them.",
    );
  }
}

function requireFreeMarks({ app, plan }: PodArgs): void {
  for (const key of ["labels", "annotations"] as const) {
    const taken = Object.keys(app[key]).find((name) => Object.hasOwn(plan[key], name));
    if (taken === undefined) continue;
    throw new UserError(
      `app.${key}[${JSON.stringify(taken)}] is ${JSON.stringify(app[key][taken])}, but the router sets it to ${JSON.stringify(plan[key][taken])}`,
      "Take another key: the traffic goes by this one.",
    );
  }
}

function linesOf(problems: readonly PodProblem[], app: AppConfig): string {
  return problems
    .map(({ path, value, message }) => {
      const what = `${placeOf(path, app)} ${value === undefined ? "is missing" : `is ${JSON.stringify(value)}`}`;
      return message === "" ? what : `${what}: ${message}`;
    })
    .join("\n");
}

/** A volume that `app.volumes` has is changed there. */
function placeOf(path: string, { volumes }: AppConfig): string {
  const [, volume, rest] = /^volumes\[([^\]]+)\](.*)$/.exec(path) ?? [];
  return volume !== undefined && Object.hasOwn(volumes, volume)
    ? `app.volumes.${volume}${rest}`
    : `app.pod.${path}`;
}
