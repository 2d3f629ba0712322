import type * as k8s from "@pulumi/kubernetes";
import { containersOf } from "../../config/app/container-list.ts";
import type { AppConfig } from "../../config/app.ts";
import { strategicMerge } from "../../model/kubernetes/merge.ts";
import type { PodArgs } from "./args.ts";
import { initContainer, servedContainer, sidecar } from "./container.ts";
import { volumesOf } from "./volumes.ts";

type PodSpec = k8s.types.input.core.v1.PodSpec;

const UNPRIVILEGED_PORTS_FROM = 1024;

/** A pod of a track, with `app.pod` merged over what the program makes of the rest of `app`. */
export function podSpec(args: PodArgs): PodSpec {
  return strategicMerge("PodSpec", ownPodSpec(args), args.app.pod ?? {});
}

/** A pod of a track before `app.pod`: probed, drained, and as restricted as the cluster enforces. */
export function ownPodSpec(args: PodArgs): PodSpec {
  const { app, plan } = args;
  const containers = containersOf(app);
  const made = (role: "served" | "init" | "sidecar", make: typeof sidecar) =>
    containers.filter((one) => one.role === role).map((one) => make(args, one));
  // Sidecars first: an initialisation may need one, for example the proxy to its database.
  const before = [...made("sidecar", sidecar), ...made("init", initContainer)];
  return {
    ...identity(app),
    enableServiceLinks: false,
    ...(app.pullSecret !== undefined && { imagePullSecrets: [{ name: app.pullSecret }] }),
    terminationGracePeriodSeconds: app.drainSeconds + 10,
    securityContext: {
      runAsNonRoot: true,
      ...(app.runAsUser !== "image" && {
        runAsUser: app.runAsUser,
        runAsGroup: app.runAsUser,
        fsGroup: app.runAsUser,
      }),
      seccompProfile: { type: "RuntimeDefault" },
      ...(hasPrivilegedPort(app) && {
        sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
      }),
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: plan.identity },
      },
    ],
    ...placement(app),
    ...(before.length > 0 && { initContainers: before }),
    containers: made("served", servedContainer),
    volumes: volumesOf(args),
  };
}

function identity({ serviceAccount }: AppConfig): PodSpec {
  return {
    automountServiceAccountToken: serviceAccount?.mountToken ?? false,
    ...(serviceAccount && { serviceAccountName: serviceAccount.name }),
  } as PodSpec;
}

function placement({ nodeSelector, tolerations, affinity, priorityClass }: AppConfig) {
  return {
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(tolerations.length > 0 && { tolerations }),
    ...(affinity && { affinity }),
    ...(priorityClass !== undefined && { priorityClassName: priorityClass }),
  };
}

const hasPrivilegedPort = (app: AppConfig): boolean =>
  [app.port, ...containersOf(app).flatMap(({ ports }) => ports.map(({ port }) => port))].some(
    (port) => port < UNPRIVILEGED_PORTS_FROM,
  );
