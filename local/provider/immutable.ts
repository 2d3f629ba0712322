/** Fields that cannot change on a live object, so that a change of them replaces it. */
import { isObject, type JsonObject, textAt } from "./json.ts";

/** Which kinds the provider's options let change in place. */
export interface Mutability {
  readonly configMaps: boolean;
  readonly secrets: boolean;
}

/** The same table as the vendor's plugin (4.32) for the kinds that this plugin knows; `path` is dotted. */
const IMMUTABLE: readonly { kind: RegExp; field: RegExp }[] = [
  { kind: /./, field: /^metadata\.(name|namespace)$/ },
  { kind: /^(Deployment|ReplicaSet|DaemonSet|StatefulSet)$/, field: /^spec\.selector\b/ },
  { kind: /^StatefulSet$/, field: /^spec\.(serviceName|volumeClaimTemplates|podManagementPolicy)\b/ },
  { kind: /^Job$/, field: /^spec\.(selector|template|completions|parallelism)\b/ },
  { kind: /^(Cluster)?RoleBinding$/, field: /^roleRef\b/ },
  { kind: /^Secret$/, field: /^type$/ },
  { kind: /^Service$/, field: /^spec\.clusterIP$/ },
  { kind: /^ResourceQuota$/, field: /^spec\.scopes\b/ },
  { kind: /^PersistentVolumeClaim$/, field: /^spec\b/ },
];

const PAYLOAD = /^(data|binaryData|stringData)\b/;

/** Whether a change at `path` (dotted) of the object `old` needs a new object. */
export function isImmutable(path: string, old: JsonObject, mutability: Mutability): boolean {
  const kind = textAt(old, "kind") ?? "";
  const builtIn = isObject(old) && /^(v1|[^.]+\/.*|.*\.k8s\.io\/.*)$/.test(textAt(old, "apiVersion") ?? "");
  if (!builtIn) return /^metadata\.(name|namespace)$/.test(path);
  if (kind === "ConfigMap" || kind === "Secret") {
    const mutable = kind === "Secret" ? mutability.secrets : mutability.configMaps;
    const frozen = old.immutable === true;
    if (PAYLOAD.test(path) && (frozen || !mutable)) return true;
    if (path === "immutable" && frozen) return true;
  }
  return IMMUTABLE.some((rule) => rule.kind.test(kind) && rule.field.test(path));
}
