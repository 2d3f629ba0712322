import { containersOf, hooksOf } from "./container-list.ts";
import type { AppConfig } from "./shape.ts";

/** An object that somebody else keeps, and no pod starts without. */
export interface ForeignObject {
  readonly kind: "Secret" | "ConfigMap" | "PersistentVolumeClaim";
  readonly name: string;
  /** What it has to have; undefined where it only has to be there. */
  readonly key?: string;
  /** Where it is named, from `app` on. */
  readonly at: readonly (string | number)[];
}

type Json = Readonly<Record<string, unknown>>;
type Path = ForeignObject["at"];

/**
 * What an application's pods and hooks need of others: keys of Secrets and ConfigMaps, claims. What is `optional` is not
 * among it, nor are Secrets where the driver of a volume makes some of them as pods start.
 */
export function foreignObjects(app: AppConfig): readonly ForeignObject[] {
  const found = [
    ...[...containersOf(app), ...hooksOf(app)].flatMap(({ at, secrets, envFrom }) => [
      ...Object.entries(secrets).flatMap(([variable, { secret, key }]) =>
        secret === undefined || key === undefined
          ? []
          : [{ kind: "Secret" as const, name: secret, key, at: [...at, "secrets", variable] }],
      ),
      ...envFrom.flatMap(({ secret, configMap, optional }, index) =>
        optional
          ? []
          : [
              ...named("Secret", secret, [...at, "envFrom", index]),
              ...named("ConfigMap", configMap, [...at, "envFrom", index]),
            ],
      ),
    ]),
    ...inKubernetesWords(app.volumes, ["volumes"]),
    ...inKubernetesWords(app.pod ?? {}, ["pod"]),
  ];
  // What a container takes over from the application is needed once, where it is named first.
  const keys = found.map(({ kind, name, key }) => JSON.stringify([kind, name, key]));
  const needed = found.filter((_, index) => keys.indexOf(keys[index] ?? "") === index);
  return makesSecrets(app) ? needed.filter(({ kind }) => kind !== "Secret") : needed;
}

/** Kubernetes' Secrets Store CSI driver writes Secrets once a pod has mounted its volume, and not before. */
const makesSecrets = ({ volumes, pod }: AppConfig): boolean =>
  JSON.stringify([volumes, pod ?? {}]).includes('"driver":"secrets-store.csi.k8s.io"');

const named = (kind: ForeignObject["kind"], name: unknown, at: Path): ForeignObject[] =>
  typeof name === "string" ? [{ kind, name, at }] : [];

/** Keys of a PodSpec that name an object: Kubernetes API reference, core/v1. */
const REFERENCES: Readonly<Record<string, (value: Json, at: Path) => ForeignObject[]>> = {
  secretKeyRef: (value, at) => keyOf("Secret", value, at),
  configMapKeyRef: (value, at) => keyOf("ConfigMap", value, at),
  secretRef: ({ name }, at) => named("Secret", name, at),
  configMapRef: ({ name }, at) => named("ConfigMap", name, at),
  // A volume names a Secret by secretName, a projected one by name.
  secret: ({ secretName, name, items }, at) => itemsOf("Secret", secretName ?? name, items, at),
  configMap: ({ name, items }, at) => itemsOf("ConfigMap", name, items, at),
  persistentVolumeClaim: ({ claimName }, at) => named("PersistentVolumeClaim", claimName, at),
};

const keyOf = (kind: ForeignObject["kind"], { name, key }: Json, at: Path): ForeignObject[] =>
  named(kind, name, at).map((one) => (typeof key === "string" ? { ...one, key } : one));

const itemsOf = (kind: ForeignObject["kind"], name: unknown, items: unknown, at: Path): ForeignObject[] =>
  Array.isArray(items) && items.length > 0
    ? items.flatMap(({ key }: Json) => keyOf(kind, { name, key }, at))
    : named(kind, name, at);

function inKubernetesWords(value: unknown, at: Path): ForeignObject[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => inKubernetesWords(entry, [...at, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...at, key];
    // At the top a key is a volume's own name, which may be `secret`.
    const reference = at.length > 1 ? REFERENCES[key] : undefined;
    if (!reference || typeof inner !== "object" || inner === null) return inKubernetesWords(inner, place);
    return (inner as Json).optional === true ? [] : reference(inner as Json, place);
  });
}
