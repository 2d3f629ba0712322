import { ApiError, type KubernetesApi, type RequestBody } from "../../src/kubernetes.ts";

type Json = Record<string, unknown>;
interface Stored extends Json {
  metadata: { name: string; resourceVersion: string } & Json;
}

/** Objects in memory behind the interface of an API server, with its optimistic concurrency and its own clock. */
export class FakeCluster implements KubernetesApi {
  readonly server = "https://fake.test";
  readonly objects = new Map<string, Stored>();
  /** Milliseconds that the server's clock is ahead of this machine's. */
  ahead = 0;
  /** Called before each write is looked at: to throw, or to let somebody else be faster. */
  beforeWrite: (method: string, path: string) => void = () => undefined;
  private version = 0;

  constructor(objects: Readonly<Record<string, Json>> = {}) {
    for (const [path, object] of Object.entries(objects)) this.put(path, object);
  }

  /** Puts an object there, as somebody else does it. */
  put(path: string, object: Json): Stored {
    const name = path.split("/").at(-1) ?? "";
    const metadata = { name, ...(object.metadata as Json), resourceVersion: String(++this.version) };
    const stored = { ...object, metadata };
    this.objects.set(path, stored);
    return stored;
  }

  async send<T>(method: string, path: string, body?: RequestBody): Promise<T> {
    if (method !== "GET") this.beforeWrite(method, path);
    const content = body?.content as Stored;
    if (method === "POST") return this.create(`${path}/${content.metadata.name}`, content) as T;
    const found = this.objects.get(path);
    if (!found) throw new ApiError(404, `${path} not found`);
    if (method === "PUT") return this.replace(path, found, content) as T;
    return found as T;
  }

  async get<T>(path: string): Promise<T | undefined> {
    return this.objects.get(path) as T | undefined;
  }

  async list<T>(path: string): Promise<T[]> {
    const folder = `${path.split("?")[0]}/`;
    const inside = [...this.objects].filter(([key]) => key.startsWith(folder));
    return inside.map(([, object]) => object as T);
  }

  time(): Date {
    return new Date(Date.now() + this.ahead);
  }

  private create(path: string, content: Stored): Stored {
    if (this.objects.has(path)) throw new ApiError(409, `${path} already exists`);
    return this.put(path, content);
  }

  private replace(path: string, found: Stored, content: Stored): Stored {
    const { resourceVersion } = content.metadata;
    if (resourceVersion !== undefined && resourceVersion !== found.metadata.resourceVersion) {
      throw new ApiError(409, "the object has been modified");
    }
    return this.put(path, content);
  }
}
