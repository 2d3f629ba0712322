import { isDeepStrictEqual } from "node:util";

/**
 * A pod as those in it see it: variables with their values, files with their texts, ports by number. Written for these tests
 * alone, and from Kubernetes' words on, so that it shares nothing with what it checks.
 */

export type Json = Record<string, unknown>;
type Lookup = (configMap: string) => Readonly<Record<string, string>> | undefined;

interface Container extends Json {
  name: string;
  env?: { name: string; value?: string; valueFrom?: Record<string, Json> }[];
  envFrom?: Record<string, Json | string>[];
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  volumeMounts?: { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[];
  securityContext?: Json;
  lifecycle?: { preStop?: { sleep?: { seconds: number } } } & Json;
}

export interface PodSpec extends Json {
  containers: Container[];
  initContainers?: Container[];
  volumes?: ({ name: string } & Record<string, Json>)[];
  securityContext?: Json;
}

const PROBES = ["readinessProbe", "livenessProbe", "startupProbe"] as const;

export function viewOf(pod: PodSpec, configMaps: Lookup, served: string) {
  const { containers, initContainers = [], volumes = [], securityContext = {}, ...rest } = pod;
  const all = [...initContainers, ...containers].map((one) => {
    const before = initContainers.includes(one) && one.restartPolicy !== "Always";
    const role = one.name === served && !before ? "served" : before ? "before" : "beside";
    return [
      role === "served" ? "served" : `${role} ${one.name}`,
      containerView(one, { volumes, configMaps, securityContext }),
    ] as const;
  });
  const { runAsNonRoot: _n, runAsUser: _u, seccompProfile: _s, sysctls: _c, ...groups } = securityContext;
  return { containers: Object.fromEntries(all), groups, ...rest };
}

interface Around {
  readonly volumes: ({ name: string } & Record<string, Json>)[];
  readonly configMaps: Lookup;
  readonly securityContext: Json;
}

function containerView(container: Container, { volumes, configMaps, securityContext }: Around) {
  const {
    name: _name,
    env,
    envFrom,
    ports = [],
    volumeMounts = [],
    securityContext: own = {},
    lifecycle,
    restartPolicy: _r,
    ...rest
  } = container;
  const { preStop, ...hooks } = lifecycle ?? {};
  const { readOnlyRootFilesystem = false, runAsUser, capabilities, ...security } = own;
  for (const key of ["allowPrivilegeEscalation", "runAsNonRoot"]) delete security[key];
  const probes = PROBES.map((key) => [key, rest[key] && probeView(rest[key] as Json, ports)]);
  return {
    ...rest,
    ...Object.fromEntries(probes),
    ...environmentView(env ?? [], envFrom ?? [], configMaps),
    ports: ports.map(({ containerPort, protocol = "TCP" }) => `${protocol}/${containerPort}`).sort(),
    mounts: Object.assign({}, ...volumeMounts.map((mount) => mountView(mount, volumes, configMaps))),
    user: runAsUser ?? securityContext.runAsUser,
    readOnlyRootFilesystem,
    security,
    added: (capabilities as Json | undefined)?.add ?? [],
    drain: preStop?.sleep?.seconds,
    hooks,
  };
}

function environmentView(
  env: NonNullable<Container["env"]>,
  envFrom: NonNullable<Container["envFrom"]>,
  configMaps: Lookup,
) {
  const values = new Map<string, string>();
  const foreign = envFrom.filter((source) => {
    const data = configMaps(String((source.configMapRef as Json | undefined)?.name));
    for (const [key, value] of Object.entries(data ?? {})) values.set(`${source.prefix ?? ""}${key}`, value);
    return !data;
  });
  for (const { name, value = "", valueFrom } of env) {
    const ref = valueFrom?.configMapKeyRef;
    const known = ref && configMaps(String(ref.name))?.[String(ref.key)];
    const text = value.replaceAll(/\$\(([^)]+)\)/g, (written, other) => values.get(other) ?? written);
    values.set(name, known ?? (valueFrom ? JSON.stringify(valueFrom) : text));
  }
  return { env: Object.fromEntries([...values].sort()), foreign };
}

function probeView(probe: Json, ports: NonNullable<Container["ports"]>): Json {
  const view: Json = {
    periodSeconds: 10,
    timeoutSeconds: 1,
    failureThreshold: 3,
    successThreshold: 1,
    initialDelaySeconds: 0,
    ...probe,
  };
  for (const key of ["httpGet", "tcpSocket", "grpc"]) {
    const handler = view[key] as Json | undefined;
    if (!handler) continue;
    const port = ports.find(({ name }) => name === handler.port)?.containerPort ?? handler.port;
    view[key] = { ...(key === "httpGet" && { path: "/", scheme: "HTTP" }), ...handler, port };
  }
  return view;
}

function mountView(
  { name, mountPath, subPath, readOnly = false }: NonNullable<Container["volumeMounts"]>[number],
  volumes: Around["volumes"],
  configMaps: Lookup,
): Json {
  const path = mountPath.replace(/\/$/, "");
  const { name: _name, ...source } = (volumes.find((one) => one.name === name) ?? { name }) as Json;
  const { name: configMap, items, defaultMode } = (source.configMap ?? {}) as Json;
  const data = configMaps(String(configMap));
  if (!data) return { [path]: { source, ...(subPath !== undefined && { subPath }), readOnly } };
  type Item = { key: string; path: string; mode?: number };
  const chosen = (items as Item[] | undefined) ?? Object.keys(data).map((key): Item => ({ key, path: key }));
  const files = chosen.filter((item) => subPath === undefined || item.path === subPath);
  return Object.fromEntries(
    files.map(({ key, path: below, mode = defaultMode ?? 0o644 }) => [
      subPath === undefined ? `${path}/${below}` : path,
      { text: data[key], mode },
    ]),
  );
}

/** Paths where two values differ: `containers.served.env.LEVEL`. */
export function differing(a: unknown, b: unknown, path = ""): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  if (
    typeof a !== "object" ||
    typeof b !== "object" ||
    a === null ||
    b === null ||
    Array.isArray(a) ||
    Array.isArray(b)
  )
    return [path];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) =>
    differing((a as Json)[key], (b as Json)[key], path === "" ? key : `${path}.${key}`),
  );
}
