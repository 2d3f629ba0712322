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
import { identityOf, marksOf, podSecurityOf, stoppingOf } from "./pod-settings.ts";
import { compact, Remaining } from "./remaining.ts";
import { servedOf, targetPortOf } from "./served.ts";
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

/**
 * Turns a Deployment into `app`. What has no key of its own goes into `app.pod`; what cannot be, or should be looked at,
 * is noted. Nothing is guessed without a note.
 * @param others what stands in the same file: its ConfigMaps become files and values
 * @throws UserError where no container is served
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
  const { sidecars, initContainers } = furtherContainers(pod, {
    beside: containers.filter((one) => one !== given),
    volumes,
    imported,
  });

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

interface Further {
  /** Containers of the pod besides the one that is served. */
  readonly beside: readonly Json[];
  readonly volumes: ReturnType<typeof volumesOf>;
  readonly imported: (where: string) => Imported;
}

/** A container besides the one that is served: its keys, and the piece of PodSpec that they have no word for. */
interface FurtherContainer {
  readonly name: unknown;
  readonly keys: Json;
  readonly piece: Json;
}

/** The sidecars and init containers. */
function furtherContainers(
  pod: Remaining,
  { beside, volumes, imported }: Further,
): Record<"sidecars" | "initContainers", FurtherContainer[]> {
  const inits = listAt({ containers: pod.take("initContainers") }, "containers");
  const isSidecar = ({ restartPolicy }: Json) => restartPolicy === "Always";
  for (const { name } of beside)
    imported("app").notes.push(
      `the container ${name} becomes a sidecar: it starts before the application and stops after it`,
    );
  const further = (one: Json, where: string, hasProbes: boolean): FurtherContainer => {
    const { keys, piece, runAsUser } = containerOf(one, { imported: imported(where), volumes, hasProbes });
    const security =
      runAsUser === undefined
        ? {}
        : { securityContext: { ...objectAt(piece, "securityContext"), runAsUser } };
    return {
      name: one.name,
      keys: { name: one.name, image: one.image, ...keys },
      piece: { ...piece, ...security },
    };
  };
  return {
    sidecars: [...inits.filter(isSidecar), ...beside].map((one, index) =>
      further(one, `app.sidecars[${index}]`, true),
    ),
    initContainers: inits
      .filter((one) => !isSidecar(one))
      .map((one, index) => further(one, `app.initContainers[${index}]`, false)),
  };
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
