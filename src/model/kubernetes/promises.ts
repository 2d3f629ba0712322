import { isDeepStrictEqual } from "node:util";
import { type Container, type PodProblem, type PodSpec, placedContainers } from "./pod.ts";

/** Source: "Lifecycle handlers" and "Probe" of the Kubernetes API reference. */
const PROBE_HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc"] as const;

/**
 * Where a pod breaks what a release promises of it: that it drains before it stops, that it takes traffic when the served
 * container is ready and not before, and that rolling leaves nothing unavailable.
 * @param ours the pod before a piece of PodSpec was merged over it
 * @param pod the pod after that
 */
export function brokenPromises(ours: PodSpec, pod: PodSpec): PodProblem[] {
  const served = ours.containers[0];
  const found = pod.containers.find(({ name }) => name === served?.name);
  if (!served || !found) return [];
  return [
    ...drainProblems(ours, pod, served, found),
    ...servedProblems(served, found),
    ...rollingProblems(pod),
    ...placedContainers(pod).flatMap(([path, container]) => containerProblems(path, container)),
    ...(pod.volumes ?? []).flatMap(({ name, ...sources }) =>
      Object.keys(sources).length === 1
        ? []
        : [{ path: `volumes[${name}]`, value: sources, message: "must have one source" }],
    ),
  ];
}

function drainProblems(ours: PodSpec, pod: PodSpec, served: Container, found: Container): PodProblem[] {
  const sleep = served.lifecycle?.preStop?.sleep?.seconds ?? 0;
  const preStop = found.lifecycle?.preStop;
  const [before, after] = [ours.terminationGracePeriodSeconds ?? 0, pod.terminationGracePeriodSeconds ?? 30];
  const keepsSleep = (preStop?.sleep?.seconds ?? 0) >= sleep && Object.keys(preStop ?? {}).length === 1;
  const longer = (preStop?.sleep?.seconds ?? sleep) - sleep;
  return [
    ...(keepsSleep
      ? []
      : [
          {
            path: `containers[${served.name}].lifecycle.preStop`,
            value: preStop,
            message: `must sleep for ${sleep} s at least: the pod serves on while the edge learns that it leaves (app.drainSeconds)`,
          },
        ]),
    ...(after >= before + longer
      ? []
      : [
          {
            path: "terminationGracePeriodSeconds",
            value: after,
            message: `must be at least ${before + longer}, or the drain is cut (app.drainSeconds)`,
          },
        ]),
  ];
}

function servedProblems(served: Container, found: Container): PodProblem[] {
  const path = `containers[${served.name}]`;
  const port = served.ports?.[0];
  const foundPort = found.ports?.find(({ containerPort }) => containerPort === port?.containerPort);
  return [
    ...(found.image === served.image
      ? []
      : [
          {
            path: `${path}.image`,
            value: found.image,
            message: `must be ${served.image}: the versions are the release's`,
          },
        ]),
    ...(isDeepStrictEqual(found.readinessProbe, served.readinessProbe)
      ? []
      : [
          {
            path: `${path}.readinessProbe`,
            value: found.readinessProbe,
            message: "decides when the pod takes traffic: change app.probes.readiness",
          },
        ]),
    ...(foundPort?.name === port?.name && (foundPort?.protocol ?? "TCP") === port?.protocol
      ? []
      : [
          {
            path: `${path}.ports[${port?.containerPort}]`,
            value: foundPort,
            message: `must stay ${JSON.stringify(port)}: it is the port that is served (app.port)`,
          },
        ]),
  ];
}

function rollingProblems(pod: PodSpec): PodProblem[] {
  const rules: readonly [wrong: boolean, key: keyof PodSpec, message: string][] = [
    [(pod.restartPolicy ?? "Always") !== "Always", "restartPolicy", "must be Always: pods serve on"],
    [pod.activeDeadlineSeconds !== undefined, "activeDeadlineSeconds", "ends pods that serve"],
    [pod.nodeName !== undefined, "nodeName", "takes the scheduler out: use app.nodeSelector or app.affinity"],
    [(pod.schedulingGates ?? []).length > 0, "schedulingGates", "keeps new pods from starting"],
    [(pod.ephemeralContainers ?? []).length > 0, "ephemeralContainers", "belongs to no pod template"],
  ];
  return rules
    .filter(([wrong]) => wrong)
    .map(([, key, message]) => ({ path: key, value: pod[key], message }));
}

const NO_IMAGE = "no container of app has this name, and a further one needs an image";

function containerProblems(path: string, container: Container): PodProblem[] {
  const probes = (["readinessProbe", "livenessProbe", "startupProbe"] as const).flatMap((key) => {
    const handlers = PROBE_HANDLERS.filter((handler) => container[key]?.[handler] !== undefined);
    return container[key] === undefined || handlers.length === 1
      ? []
      : [
          {
            path: `${path}.${key}`,
            value: container[key],
            message: `must have one of ${PROBE_HANDLERS.join(", ")}; null takes one away`,
          },
        ];
  });
  return container.image === undefined
    ? [...probes, { path: `${path}.image`, value: undefined, message: NO_IMAGE }]
    : probes;
}
