import {
  type Container,
  type PodProblem,
  type PodSpec,
  placedContainers,
  type SecurityContext,
} from "./pod.ts";

/** Lists of Kubernetes' "Pod Security Standards", as of 1.36. */
const BASELINE_CAPABILITIES = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  ),
);
const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);
const SELINUX_TYPES = new Set([
  "",
  "container_t",
  "container_init_t",
  "container_kvm_t",
  "container_engine_t",
]);

/** Where a pod does not keep the baseline standard, which restricted has in it (`podSecurityProblems`). */
export function baselineProblems(pod: PodSpec): PodProblem[] {
  return [
    ...podBaseline(pod),
    ...contexts(pod).flatMap(contextBaseline),
    ...placedContainers(pod).flatMap(containerBaseline),
    ...placedContainers(pod).flatMap(hostsAsked),
  ];
}

type Placed<T> = readonly [path: string, value: T];

function contexts(pod: PodSpec): Placed<SecurityContext>[] {
  const own = placedContainers(pod).map(
    ([path, { securityContext = {} }]) => [`${path}.securityContext`, securityContext] as const,
  );
  return [["securityContext", pod.securityContext ?? {}], ...own];
}

function podBaseline(pod: PodSpec): PodProblem[] {
  const shared = (["hostNetwork", "hostPID", "hostIPC"] as const)
    .filter((key) => pod[key])
    .map((path) => ({ path, value: true, message: "must not share its node's" }));
  const volumes = (pod.volumes ?? [])
    .filter(({ hostPath }) => hostPath !== undefined)
    .map(({ name, hostPath }) => ({
      path: `volumes[${name}].hostPath`,
      value: hostPath,
      message: "must not be a folder of the node",
    }));
  const sysctls = (pod.securityContext?.sysctls ?? [])
    .filter(({ name }) => !SAFE_SYSCTLS.has(name))
    .map(({ name }) => ({
      path: "securityContext.sysctls",
      value: name,
      message: "is none that is safe for other pods",
    }));
  return [...shared, ...volumes, ...sysctls];
}

function contextBaseline([path, context]: Placed<SecurityContext>): PodProblem[] {
  const { privileged, procMount, seccompProfile, appArmorProfile, seLinuxOptions, windowsOptions } = context;
  const rules: readonly [wrong: boolean, key: string, value: unknown, message: string][] = [
    [privileged === true, "privileged", privileged, "must not be privileged"],
    [(procMount ?? "Default") !== "Default", "procMount", procMount, "must be Default"],
    [seccompProfile?.type === "Unconfined", "seccompProfile.type", "Unconfined", "must be RuntimeDefault"],
    [appArmorProfile?.type === "Unconfined", "appArmorProfile.type", "Unconfined", "must be RuntimeDefault"],
    [windowsOptions?.hostProcess === true, "windowsOptions.hostProcess", true, "must not be its node's"],
    [
      !SELINUX_TYPES.has(seLinuxOptions?.type ?? "") || Boolean(seLinuxOptions?.user || seLinuxOptions?.role),
      "seLinuxOptions",
      seLinuxOptions,
      "must be a type of containers, and neither user nor role",
    ],
  ];
  return rules
    .filter(([wrong]) => wrong)
    .map(([, key, value, message]) => ({ path: `${path}.${key}`, value, message }));
}

function containerBaseline([path, { ports = [], securityContext }]: Placed<Container>): PodProblem[] {
  const hostPorts = ports
    .filter(({ hostPort }) => hostPort)
    .map(({ hostPort, containerPort }) => ({
      path: `${path}.ports[${containerPort}].hostPort`,
      value: hostPort,
      message: "must not take a port of the node",
    }));
  const added = (securityContext?.capabilities?.add ?? [])
    .filter((name) => !BASELINE_CAPABILITIES.has(name))
    .map((value) => ({
      path: `${path}.securityContext.capabilities.add`,
      value,
      message: "must not be added",
    }));
  return [...hostPorts, ...added];
}

/** A probe or a hook that asks another host makes the kubelet a client of it. */
function hostsAsked([path, container]: Placed<Container>): PodProblem[] {
  const { readinessProbe, livenessProbe, startupProbe, lifecycle } = container;
  const handlers = {
    readinessProbe,
    livenessProbe,
    startupProbe,
    "lifecycle.preStop": lifecycle?.preStop,
    "lifecycle.postStart": lifecycle?.postStart,
  };
  return Object.entries(handlers).flatMap(([key, handler]) =>
    (["httpGet", "tcpSocket"] as const).flatMap((kind) => {
      const { host } = (handler?.[kind] ?? {}) as { host?: string };
      return host
        ? [{ path: `${path}.${key}.${kind}.host`, value: host, message: "must not be another host" }]
        : [];
    }),
  );
}
