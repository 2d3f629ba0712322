import { type Container, type PodProblem, type PodSpec, placedContainers, type Volume } from "./pod.ts";
import { baselineProblems } from "./pod-security-baseline.ts";

export type PodSecurity = "restricted" | "baseline";

const RESTRICTED_VOLUMES = new Set(
  "configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret image".split(" "),
);

/**
 * Where a pod does not keep a Pod Security Standard: the API server would refuse it in a namespace that enforces that.
 * Source: "Pod Security Standards" of Kubernetes' documentation, for Linux pods.
 */
export function podSecurityProblems(pod: PodSpec, standard: PodSecurity): PodProblem[] {
  const baseline = baselineProblems(pod);
  if (standard === "baseline") return baseline;
  return [
    ...baseline,
    ...(pod.volumes ?? []).flatMap(volumeRestricted),
    ...userProblems("securityContext", pod.securityContext?.runAsUser),
    ...placedContainers(pod).flatMap((placed) => containerRestricted(pod, placed)),
  ];
}

type Placed<T> = readonly [path: string, value: T];

function volumeRestricted({ name, ...sources }: Volume): PodProblem[] {
  return Object.entries(sources)
    .filter(([source]) => !RESTRICTED_VOLUMES.has(source) && source !== "hostPath")
    .map(([source, value]) => ({
      path: `volumes[${name}].${source}`,
      value,
      message: `must be one of ${[...RESTRICTED_VOLUMES].join(", ")}`,
    }));
}

const userProblems = (path: string, user: number | undefined): PodProblem[] =>
  user === 0 ? [{ path: `${path}.runAsUser`, value: 0, message: "must not be root" }] : [];

function containerRestricted(
  pod: PodSpec,
  [path, { securityContext = {} }]: Placed<Container>,
): PodProblem[] {
  const { capabilities, allowPrivilegeEscalation } = securityContext;
  const runAsNonRoot = securityContext.runAsNonRoot ?? pod.securityContext?.runAsNonRoot;
  const seccomp = securityContext.seccompProfile?.type ?? pod.securityContext?.seccompProfile?.type;
  const added = (capabilities?.add ?? []).filter((name) => name !== "NET_BIND_SERVICE");
  const rules: readonly [wrong: boolean, key: string, value: unknown, message: string][] = [
    [runAsNonRoot !== true, "runAsNonRoot", runAsNonRoot, "must be true"],
    [
      allowPrivilegeEscalation !== false,
      "allowPrivilegeEscalation",
      allowPrivilegeEscalation,
      "must be false",
    ],
    [!capabilities?.drop?.includes("ALL"), "capabilities.drop", capabilities?.drop, 'must be ["ALL"]'],
    [added.length > 0, "capabilities.add", added, "must be NET_BIND_SERVICE alone"],
    [
      seccomp !== "RuntimeDefault" && seccomp !== "Localhost",
      "seccompProfile.type",
      seccomp,
      "must be RuntimeDefault",
    ],
  ];
  return [
    ...userProblems(`${path}.securityContext`, securityContext.runAsUser),
    ...rules
      .filter(([wrong]) => wrong)
      .map(([, key, value, message]) => ({ path: `${path}.securityContext.${key}`, value, message })),
  ];
}
