import type { AppConfig } from "../../config/app.ts";
import { podsOf } from "../pod/pods-of.ts";

/** What pods of an application refer to: all that they can read, be or ask for beyond their own versions' objects. */
export interface PodReferences {
  /** Names of ServiceAccounts; `default` stands for none. */
  readonly serviceAccounts: readonly string[];
  /** Whether any pod gets a token for the API server. */
  readonly mountsToken: boolean;
  readonly priorityClasses: readonly string[];
  readonly pullSecrets: readonly string[];
  /** Secrets that are read as a whole: by a volume or by `envFrom`. */
  readonly secrets: readonly string[];
  /** Single keys of Secrets, `NAME/KEY`. */
  readonly secretKeys: readonly string[];
  readonly configMaps: readonly string[];
  readonly claims: readonly string[];
  /** Volumes of CSI drivers, each with its attributes. */
  readonly csi: readonly { readonly driver: string; readonly attributes: Readonly<Record<string, string>> }[];
  /** Kinds of volumes, `emptyDir`, and of the sources that projected ones are made of, `serviceAccountToken`. */
  readonly volumes: readonly string[];
  readonly projections: readonly string[];
}

interface Named {
  readonly name?: string;
}

/** The parts of a pod that refer to something: Kubernetes API reference, core/v1. */
interface Pod {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly priorityClassName?: string;
  readonly imagePullSecrets?: readonly Named[];
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
}

interface Container {
  readonly env?: readonly {
    readonly valueFrom?: {
      readonly secretKeyRef?: Named & { readonly key?: string };
      readonly configMapKeyRef?: Named;
    };
  }[];
  readonly envFrom?: readonly { readonly secretRef?: Named; readonly configMapRef?: Named }[];
}

interface Sources {
  readonly configMap?: Named;
}

interface Volume extends Sources {
  readonly secret?: { readonly secretName?: string };
  readonly persistentVolumeClaim?: { readonly claimName?: string };
  readonly projected?: { readonly sources?: readonly (Sources & { readonly secret?: Named })[] };
  readonly csi?: {
    readonly driver?: string;
    readonly volumeAttributes?: Readonly<Record<string, string>>;
    readonly nodePublishSecretRef?: Named;
  };
}

/** What the pods of these applications refer to, those of their hooks among them. */
export function podReferences(apps: readonly AppConfig[]): PodReferences {
  // The SDK's types have every value as one that may come later; here all of them are there.
  const pods = apps.map(podsOf).flatMap(({ served, hooks }) => [served, ...hooks] as Pod[]);
  const containers = pods.flatMap((pod) => [...(pod.containers ?? []), ...(pod.initContainers ?? [])]);
  const env = containers.flatMap((one) => one.env ?? []).map(({ valueFrom = {} }) => valueFrom);
  const envFrom = containers.flatMap((one) => one.envFrom ?? []);
  const volumes = pods.flatMap((pod) => pod.volumes ?? []);
  const projections = volumes.flatMap(({ projected }) => projected?.sources ?? []);
  const csi = volumes.flatMap((volume) => (volume.csi ? [volume.csi] : []));
  return {
    serviceAccounts: distinct(pods.map(({ serviceAccountName = "default" }) => serviceAccountName)),
    mountsToken: pods.some(({ automountServiceAccountToken }) => automountServiceAccountToken !== false),
    priorityClasses: distinct(pods.map(({ priorityClassName }) => priorityClassName)),
    pullSecrets: distinct(pods.flatMap((pod) => pod.imagePullSecrets ?? []).map(({ name }) => name)),
    secrets: distinct([
      ...envFrom.map(({ secretRef }) => secretRef?.name),
      ...volumes.map(({ secret }) => secret?.secretName),
      ...projections.map(({ secret }) => secret?.name),
      ...csi.map(({ nodePublishSecretRef }) => nodePublishSecretRef?.name),
    ]),
    // The Secrets of versions have no name here: theirs is known by its form.
    secretKeys: distinct(
      env.map(({ secretKeyRef: ref }) => (ref?.name ? `${ref.name}/${ref.key ?? ""}` : undefined)),
    ),
    configMaps: distinct([
      ...env.map(({ configMapKeyRef }) => configMapKeyRef?.name),
      ...envFrom.map(({ configMapRef }) => configMapRef?.name),
      ...[...volumes, ...projections].map(({ configMap }) => configMap?.name),
    ]),
    claims: distinct(volumes.map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName)),
    csi: csi.map(({ driver = "", volumeAttributes: attributes = {} }) => ({ driver, attributes })),
    volumes: kindsOf(volumes),
    projections: kindsOf(projections),
  };
}

const kindsOf = (sources: readonly object[]): string[] =>
  distinct(sources.flatMap((source) => Object.keys(source))).filter((kind) => kind !== "name");

const distinct = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values)].filter((value) => value !== undefined && value !== "").sort() as string[];
