import type { ApplyOptions, Cluster } from "../../../local/provider/cluster.ts";
import { ClusterError } from "../../../local/provider/errors.ts";
import { type JsonObject, numberAt, objectAt, textAt } from "../../../local/provider/json.ts";
import { idOf, type Ref } from "../../../local/provider/objects.ts";

export interface Call {
  readonly what: "get" | "tryCreate" | "apply" | "remove" | "list";
  readonly key: string;
  readonly body?: JsonObject;
  readonly options?: ApplyOptions;
}

/** An API server in memory: objects by kind and name, merged on apply; every call is written down. */
export class FakeCluster implements Cluster {
  readonly namespace = "fallback";
  readonly calls: Call[] = [];
  readonly objects = new Map<string, JsonObject>();
  /** Kinds that live in no namespace. */
  readonly clusterKinds = new Set(["Namespace", "CustomResourceDefinition"]);
  readonly unknownKinds = new Set<string>();
  /** Answers to calls by name, in the place of the usual one: an error to throw. */
  readonly failures = new Map<Call["what"], ClusterError>();
  /** What a controller makes of an object each time it is read. */
  controller: (object: JsonObject) => JsonObject = (object) => object;
  lists: JsonObject[] = [];

  async isNamespaced(apiVersion: string, kind: string): Promise<boolean> {
    if (this.unknownKinds.has(kind)) {
      throw new ClusterError("no-match", `no matches for kind "${kind}" in version "${apiVersion}"`);
    }
    return !this.clusterKinds.has(kind);
  }

  async get(ref: Ref): Promise<JsonObject | undefined> {
    this.#note({ what: "get", key: key(ref) });
    const found = this.objects.get(key(ref));
    if (!found) return undefined;
    const live = this.controller(found);
    this.objects.set(key(ref), live);
    return live;
  }

  async tryCreate(ref: Ref, body: JsonObject): Promise<void> {
    this.#note({ what: "tryCreate", key: key(ref), body });
    if (this.objects.has(key(ref))) throw new ClusterError("exists", `"${ref.name}" already exists`);
  }

  async apply(ref: Ref, body: JsonObject, options: ApplyOptions) {
    this.#note({ what: "apply", key: key(ref), body, options });
    await this.isNamespaced(ref.apiVersion, ref.kind);
    const before = this.objects.get(key(ref));
    const generation = (numberAt(before, "metadata", "generation") ?? 0) + 1;
    const metadata = {
      uid: `uid-${key(ref)}`,
      ...objectAt(before, "metadata"),
      ...objectAt(body, "metadata"),
    };
    const live = { ...before, ...body, metadata: { ...metadata, generation } };
    if (!options.dryRun) this.objects.set(key(ref), live);
    return { live, created: before === undefined };
  }

  async remove(ref: Ref): Promise<void> {
    this.#note({ what: "remove", key: key(ref) });
    this.objects.delete(key(ref));
  }

  async list(path: string): Promise<JsonObject[]> {
    this.#note({ what: "list", key: path });
    return this.lists;
  }

  /** Puts an object there that nobody applied through this plugin. */
  seed(object: JsonObject): void {
    const name = `${textAt(object, "kind")} ${idOf(object)}`;
    this.objects.set(name, { ...object, metadata: { uid: `uid-${name}`, ...objectAt(object, "metadata") } });
  }

  #note(call: Call): void {
    this.calls.push(call);
    const failure = this.failures.get(call.what);
    if (failure) throw failure;
  }
}

function key(ref: Ref): string {
  return `${ref.kind} ${ref.namespace ? `${ref.namespace}/` : ""}${ref.name}`;
}
