import { UserError } from "../errors.ts";
import { containerOf } from "./container.ts";
import {
  type ConfigMap,
  type Imported,
  isObject,
  type Json,
  listAt,
  type Manifest,
  objectAt,
} from "./manifest.ts";
import { portOfProbe, type ServedPort } from "./probes.ts";
import { compact, Remaining } from "./remaining.ts";
import { volumesOf } from "./volumes.ts";

/** An existing Deployment as this program has it. */
export interface ImportedApplication {
  /** `app` of Pulumi.yaml. */
  readonly app: Json;
  /** The tag or digest that runs. */
  readonly version: string | undefined;
  /** What could not be taken over, or is not as it was: a sentence each. */
  readonly notes: readonly string[];
}

/** Keys of a PodSpec whose value is Kubernetes' own where nothing is said. */
const POD_DEFAULTS: Json = {
  restartPolicy: "Always",
  dnsPolicy: "ClusterFirst",
  schedulerName: "default-scheduler",
};

/** Labels that the routers tell the tracks apart by. */
const ROUTER_LABELS: readonly string[] = ["app", "track", "serving"];

/**
 * Turns a Deployment into `app`. What has no key of its own goes into `app.pod`; what cannot be, or should be looked at,
 * is noted. Nothing is guessed without a note.
 * @param others what stands in the same file: its ConfigMaps become files and values
 * @throws UserError where there is no container that is served
 */
export function importApplication(deployment: Manifest, others: readonly Manifest[]): ImportedApplication {
  const notes: string[] = [];
  const spec = objectAt(deployment.content, "spec");
  const template = objectAt(spec, "template");
  const pod = new Remaining(objectAt(template, "spec"));
  for (const [key, value] of Object.entries(POD_DEFAULTS)) pod.dropDefault(key, value);
  const imported = (where: string): Imported => ({ configMaps: configMapsOf(others), notes, where });

  const volumes = volumesOf(pod, imported("app"));
  const containers = listAt({ containers: pod.take("containers") }, "containers");
  const target = targetPortOf(others, template);
  const [given, served] = servedOf(containers, target, deployment, notes);
  const main = containerOf(given, { imported: imported("app"), volumes, served, hasProbes: true });
  const inits = listAt({ containers: pod.take("initContainers") }, "containers");
  const isSidecar = ({ restartPolicy }: Json) => restartPolicy === "Always";
  const beside = containers.filter((one) => one !== given);
  for (const { name } of beside)
    notes.push(
      `the container ${name} becomes a sidecar: it starts before the application and stops after it`,
    );
  const extra = (one: Json, where: string, hasProbes: boolean) => {
    const { keys, piece, runAsUser } = containerOf(one, { imported: imported(where), volumes, hasProbes });
    const security =
      runAsUser === undefined
        ? {}
        : { securityContext: { ...objectAt(piece, "securityContext"), runAsUser } };
    return {
      keys: { name: one.name, image: one.image, ...keys },
      piece: { ...piece, ...security },
      name: one.name,
    };
  };
  const sidecars = [...inits.filter(isSidecar), ...beside].map((one, index) =>
    extra(one, `app.sidecars[${index}]`, true),
  );
  const initContainers = inits
    .filter((one) => !isSidecar(one))
    .map((one, index) => extra(one, `app.initContainers[${index}]`, false));

  const { repository, version } = imageParts(String(given.image));
  const { probes = {}, ports, ...keys } = main.keys as { probes?: Json; ports?: unknown };
  const stopping = stoppingOf(pod, main.piece, notes);
  const identity = identityOf(pod, notes);
  const security = podSecurityOf(pod, main.runAsUser, notes);
  if (given.name !== deployment.name)
    notes.push(`the container ${given.name} is named ${deployment.name}, as the application is`);
  noteOthers(deployment, others, notes);
  const app = compact({
    name: deployment.name,
    image: repository,
    port: served.number,
    ports,
    probes: probesWith(probes, notes),
    ...startOf(probes),
    ...keys,
    volumes: Object.fromEntries(
      [...volumes.values()].flatMap((one) => ("files" in one ? [] : [[one.name, one.source]])),
    ),
    initContainers: initContainers.map((one) => one.keys),
    sidecars: sidecars.map((one) => one.keys),
    drainSeconds: stopping.drainSeconds,
    minReadySeconds: spec.minReadySeconds === 0 ? undefined : spec.minReadySeconds,
    runAsUser: security.runAsUser,
    ...identity,
    nodeSelector: pod.take("nodeSelector"),
    tolerations: pod.take("tolerations"),
    affinity: pod.take("affinity"),
    priorityClass: pod.take("priorityClassName"),
    ...marksOf(template, notes),
  });
  pod.take("serviceAccount");
  pod.take("priority");
  if (pod.take("topologySpreadConstraints") !== undefined)
    notes.push(
      "topologySpreadConstraints go by labels that the pods no longer have: the program spreads each track over the nodes",
    );
  const pieces = (all: readonly { name: unknown; piece: Json }[]) =>
    all.flatMap(({ name, piece }) => (Object.keys(compact(piece)).length > 0 ? [{ name, ...piece }] : []));
  const piece = compact({
    ...pod.rest,
    ...stopping.piece,
    securityContext: security.piece,
    containers: pieces([{ name: deployment.name, piece: stopping.container }]),
    initContainers: pieces([...sidecars, ...initContainers]),
  });
  return { app: compact({ ...app, pod: piece }), version, notes };
}

function configMapsOf(others: readonly Manifest[]): ReadonlyMap<string, ConfigMap> {
  return new Map(
    others
      .filter(({ kind }) => kind === "ConfigMap")
      .map(({ name, content }) => {
        const data = Object.entries(objectAt(content, "data")).map(([key, value]) => [key, String(value)]);
        return [name, { data: Object.fromEntries(data), hasBytes: isObject(content.binaryData) }];
      }),
  );
}

/** The port that a Service of the file leads to, where it selects the pods. */
function targetPortOf(others: readonly Manifest[], template: Json): unknown {
  const labels = objectAt(objectAt(template, "metadata"), "labels");
  const service = others.find(({ kind, content }) => {
    const selector = Object.entries(objectAt(objectAt(content, "spec"), "selector"));
    return (
      kind === "Service" && selector.length > 0 && selector.every(([key, value]) => labels[key] === value)
    );
  });
  const [port] = listAt(objectAt(service?.content ?? {}, "spec"), "ports");
  return port?.targetPort ?? port?.port;
}

/** The container that is served and its port: as the Service of the file says, else its first one, else what its readiness probe asks. */
function servedOf(
  containers: readonly Json[],
  target: unknown,
  { name }: Manifest,
  notes: string[],
): readonly [Json, ServedPort] {
  const candidates = [...containers].sort((a, b) => Number(b.name === name) - Number(a.name === name));
  for (const container of candidates) {
    const ports = listAt(container, "ports").filter(({ protocol = "TCP" }) => protocol === "TCP");
    const found =
      target === undefined
        ? ports[0]
        : ports.find(({ name: own, containerPort }) => target === own || target === containerPort);
    if (!found) continue;
    if (target === undefined && ports.length > 1)
      notes.push(
        `port ${found.containerPort} is taken for the one that is served: no Service in the file says which`,
      );
    return [container, { number: Number(found.containerPort), name: found.name as string | undefined }];
  }
  for (const container of candidates) {
    const number = target ?? portOfProbe(objectAt(container, "readinessProbe"));
    if (typeof number === "number") return [container, { number, name: undefined }];
  }
  throw new UserError(
    `no container of Deployment ${name} says which port it serves on`,
    "Give it ports or a readiness probe first, or put the file of its Service into the same file.",
  );
}

/** `registry.example.com/shop`, and `1.0.0` or `sha256:…`. */
function imageParts(image: string): { repository: string; version: string | undefined } {
  const [named = "", digest] = image.split("@");
  const [, repository = named, tag] = /^(.*?)(?::([^:/]+))?$/.exec(named) ?? [];
  return { repository, version: digest ?? tag };
}

function probesWith(probes: Json, notes: string[]): Json {
  if (!probes.readiness)
    notes.push(
      "there is no readiness probe: a pod counts as ready when its port is open; say what tells it (app.probes.readiness)",
    );
  return { readiness: { kind: "tcp" }, liveness: { kind: "none" }, ...probes };
}

/** What a startup probe gives a pod to start. */
function startOf({ startup }: Json): { startSeconds?: number } {
  if (!isObject(startup)) return {};
  const { initialDelaySeconds = 0, periodSeconds, failureThreshold } = startup as Record<string, number>;
  return { startSeconds: initialDelaySeconds + (periodSeconds ?? 0) * (failureThreshold ?? 0) };
}

/** How the pods stop: a sleep is the drain; another preStop would end it early. */
function stoppingOf(pod: Remaining, main: Json, notes: string[]) {
  const { lifecycle, ...container } = main;
  const { preStop, ...hooks } = isObject(lifecycle) ? lifecycle : ({} as Json);
  const command = objectAt(objectAt({ preStop }, "preStop"), "exec").command;
  const slept = Array.isArray(command)
    ? /^(?:\S+ -c )?(?:\S*\/)?sleep (\d+)$/.exec(command.join(" "))?.[1]
    : undefined;
  const seconds = objectAt(objectAt({ preStop }, "preStop"), "sleep").seconds ?? slept;
  if (preStop !== undefined && seconds === undefined)
    notes.push("lifecycle.preStop is left out: the program drains by a sleep there (app.drainSeconds)");
  const drainSeconds = seconds === undefined ? undefined : Number(seconds);
  const grace = pod.take<number>("terminationGracePeriodSeconds");
  const piece =
    grace !== undefined && grace > (drainSeconds ?? 15) + 10 ? { terminationGracePeriodSeconds: grace } : {};
  return { drainSeconds, piece, container: compact({ ...container, lifecycle: hooks }) };
}

function identityOf(pod: Remaining, notes: string[]): Json {
  const account = pod.take<string>("serviceAccountName");
  const mountToken = pod.take<boolean>("automountServiceAccountToken") ?? true;
  const [secret, ...secrets] = listAt({ secrets: pod.take("imagePullSecrets") }, "secrets").map(
    ({ name }) => name,
  );
  if (secrets.length > 0)
    notes.push(`of the pull secrets only ${secret} is taken: ${secrets.join(", ")} are left out`);
  if (account === undefined && mountToken)
    notes.push(
      "the pods get no token for the API server: one that calls it needs app.serviceAccount with mountToken",
    );
  pod.dropDefault("enableServiceLinks", false);
  return {
    ...(account !== undefined && { serviceAccount: mountToken ? { name: account, mountToken } : account }),
    pullSecret: secret,
  };
}

function podSecurityOf(pod: Remaining, ofContainer: number | undefined, notes: string[]) {
  const left = new Remaining(pod.take<Json>("securityContext") ?? {});
  const given = ofContainer ?? left.take<number>("runAsUser");
  left.take("runAsUser");
  left.take("runAsNonRoot");
  const runAsUser = given === 0 ? undefined : given;
  if (runAsUser === undefined)
    notes.push(
      `the pods run as the user 65532, ${given === 0 ? "not as root" : "since none is named"}: set app.runAsUser where the image wants another`,
    );
  const group = (key: string) => {
    const value = left.take(key);
    return value === undefined || value === (runAsUser ?? 65532) ? {} : { [key]: value };
  };
  const profile = left.take<Json>("seccompProfile");
  const groups = { ...group("runAsGroup"), ...group("fsGroup") };
  const piece = compact({
    ...left.rest,
    ...groups,
    ...(profile && profile.type !== "RuntimeDefault" && { seccompProfile: profile }),
  });
  for (const key of ["hostNetwork", "hostPID", "hostIPC"])
    if (pod.take(key) === true) notes.push(`${key} is left out: the Pod Security Standard forbids it`);
  return { runAsUser, piece };
}

function marksOf(template: Json, notes: string[]): Json {
  const { labels, annotations } = objectAt(template, "metadata");
  const own = Object.entries(isObject(labels) ? labels : {});
  const kept = own.filter(([key]) => !ROUTER_LABELS.includes(key));
  const dropped = own.filter(([key]) => ROUTER_LABELS.includes(key)).map(([key]) => key);
  if (dropped.length > 0)
    notes.push(
      `the router sets the labels ${dropped.join(", ")} of the pods: what selects them by these sees others`,
    );
  const { "kubectl.kubernetes.io/restartedAt": _restarted, ...marks } = isObject(annotations)
    ? annotations
    : ({} as Json);
  return { labels: Object.fromEntries(kept), annotations: marks };
}

/** What of the file is somebody else's, or another file's, to say. */
function noteOthers({ content }: Manifest, others: readonly Manifest[], notes: string[]): void {
  const { replicas, strategy } = objectAt(content, "spec");
  if (replicas !== undefined) notes.push(`replicas: ${replicas} is for the stages' files (replicas)`);
  if (isObject(strategy)) notes.push("strategy is left out: the program rolls without unavailability");
  for (const { kind, name } of others)
    if (kind !== "ConfigMap" && kind !== "Deployment")
      notes.push(
        kind === "Secret"
          ? `Secret ${name} is not taken: it has to be in the namespace, or its values become Pulumi secrets (app.secrets: {config: NAME})`
          : `${kind} ${name} is not taken`,
      );
}
