import { EventEmitter, once } from "node:events";
import { ApiError, type KubernetesApi, type RequestBody } from "../../src/cluster/api.ts";
import type { ProjectConfig } from "../../src/config/project.ts";
import type { Config } from "../../src/config/stage.ts";
import { type Release, requireKnownStage } from "../../src/model/lifecycle.ts";
import type { Observer } from "../../src/operations/observer.ts";
import type { Identity } from "../../src/process/identity.ts";
import type { Project } from "../../src/project/project.ts";
import { foundationConfig, projectConfig, stageConfig } from "../../src/routers/config.ts";
import { routers } from "../../src/routers/index.ts";
import type { Routers } from "../../src/routers/router.ts";

interface StoredObject {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
}

/** What was changed, as a watch tells it. */
interface Told {
  readonly version: number;
  readonly key: string;
  readonly line: string;
}

/** Objects by their API paths, in memory, with the API server's optimistic concurrency and its watches. */
export class FakeApi implements KubernetesApi {
  readonly server: string;
  readonly objects = new Map<string, StoredObject>();
  /** Looks at each request before it is answered; may throw in the server's place. */
  onRequest: (method: string, path: string) => void = () => undefined;
  /** How far the server's clock is from this machine's, in milliseconds. */
  skew = 0;
  #away: Error | undefined;
  private version = 0;
  private readonly told: Told[] = [];
  private readonly changes = new EventEmitter().setMaxListeners(0);

  constructor(server = "https://cluster.test") {
    this.server = server;
  }

  time(): Date {
    return new Date(Date.now() + this.skew);
  }

  async get<T>(path: string): Promise<T | undefined> {
    this.onRequest("GET", path);
    return structuredClone(this.objects.get(path)) as T | undefined;
  }

  async text(path: string): Promise<string> {
    throw new ApiError(404, `${path} is not there`);
  }

  async list<T>(path: string): Promise<T[]> {
    this.onRequest("GET", path);
    const folder = `${path.split("?")[0]}/`;
    return [...this.objects].filter(([key]) => key.startsWith(folder)).map(([, object]) => object as T);
  }

  /** Goes away, with every watch, or comes back. */
  set away(error: Error | undefined) {
    this.#away = error;
    this.changes.emit("change");
  }

  /** A list, or the watch of one, of all objects or of the one that `fieldSelector=metadata.name=NAME` names. */
  async open(path: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    this.onRequest("GET", path);
    if (this.#away) throw this.#away;
    const { pathname, searchParams } = new URL(path, this.server);
    const name = searchParams.get("fieldSelector")?.replace("metadata.name=", "");
    const isAsked = (key: string) =>
      name === undefined ? key.startsWith(`${pathname}/`) : key === `${pathname}/${name}`;
    if (searchParams.has("watch"))
      return this.follow(isAsked, Number(searchParams.get("resourceVersion")), signal);
    const items = [...this.objects].filter(([key]) => isAsked(key)).map(([, object]) => object);
    return alone(JSON.stringify({ metadata: { resourceVersion: String(this.version) }, items }));
  }

  private async *follow(isAsked: (key: string) => boolean, from: number, signal: AbortSignal) {
    for (let at = 0; ; at++) {
      while (at >= this.told.length) {
        await once(this.changes, "change", { signal });
        if (this.#away) throw this.#away;
      }
      const { version, key, line } = this.told[at] as Told;
      if (version > from && isAsked(key)) yield line;
    }
  }

  private tell(type: "MODIFIED" | "DELETED", key: string, object: object): void {
    this.told.push({ version: this.version, key, line: `${JSON.stringify({ type, object })}\n` });
    this.changes.emit("change");
  }

  async send<T>(method: string, path: string, body?: RequestBody): Promise<T> {
    this.onRequest(method, path);
    if (method === "DELETE") {
      const found = this.objects.get(path);
      if (!this.objects.delete(path)) throw new ApiError(404, `${path} is not there`);
      const resourceVersion = String(++this.version);
      this.tell("DELETED", path, { ...found, metadata: { ...found?.metadata, resourceVersion } });
      return {} as T;
    }
    const object = body?.content as StoredObject;
    const key = method === "POST" ? `${path}/${object.metadata.name}` : path;
    const found = this.objects.get(key);
    if (method === "POST" ? found : found?.metadata.resourceVersion !== object.metadata.resourceVersion) {
      throw new ApiError(409, `${key} was changed`);
    }
    return this.put(key, object) as T;
  }

  /** Somebody else's write, whatever is there. */
  put(path: string, object: object): StoredObject {
    const { metadata } = object as StoredObject;
    const stored = { ...object, metadata: { ...metadata, resourceVersion: String(++this.version) } };
    this.objects.set(path, stored);
    this.tell("MODIFIED", path, stored);
    return structuredClone(stored);
  }
}

async function* alone(text: string) {
  yield text;
}

export const NAMESPACE = "web";
export const RELEASE: Release = { previous: "1.0.0", canary: "1.1.0" };
export const LIFECYCLE = ["canary-25", "canary-75", "canary-100"];

const STAGES: Readonly<Record<string, object>> = {
  "canary-0": { traffic: { previous: 100, canary: 0 }, replicas: { previous: 1, canary: 0 } },
  "canary-25": { traffic: { previous: 75, canary: 25 } },
  "canary-75": { traffic: { previous: 25, canary: 75 } },
  "canary-100": { traffic: { previous: 0, canary: 100 } },
};

/** How a project splits its traffic. */
export interface Routing {
  readonly router: string;
  readonly replicas: object;
  readonly routers: Routers;
  /** Project value; without it what the router takes for granted. */
  readonly edge?: object | undefined;
}

const BY_WEIGHT: Routing = { router: "voyager", replicas: { previous: 1, canary: 1 }, routers };

/** A project that is nowhere on disk. */
export function fakeProject(
  release: Release = RELEASE,
  { router, replicas, routers: known, edge }: Routing = BY_WEIGHT,
): Project & { config: ProjectConfig } {
  const values = {
    namespace: NAMESPACE,
    router,
    ...(edge && { edge }),
    lifecycle: LIFECYCLE,
    release,
    app: {
      name: "shop",
      image: "registry.test/shop",
      port: 8080,
      probePath: "/",
      resources: { requests: { cpu: "50m", memory: "50Mi" }, limits: { cpu: "100m", memory: "100Mi" } },
    },
  };
  const config = projectConfig(values, known);
  const stage = async (name: string): Promise<Config> => {
    requireKnownStage(name, config);
    return stageConfig({ ...values, replicas, ...STAGES[name] }, known);
  };
  const cluster = { kind: "kubeconfig", context: "test" };
  const foundation = async () => foundationConfig({ ...values, cluster }, known);
  const secretsProvider = async () => undefined;
  const requireSecrets = async () => undefined;
  return {
    directory: "/nowhere",
    name: "shop",
    config,
    routers: known,
    stage,
    foundation,
    requireSecrets,
    secretsProvider,
  };
}

export const ALICE: Identity = { who: "alice@laptop", holder: "alice@laptop:4711" };

/** Writes down what it is told. */
export function recorder(): Observer & { readonly said: string[] } {
  const said: string[] = [];
  return {
    said,
    phase: (_title, work) => work(() => undefined),
    say: (text) => said.push(text),
  };
}
