import { setTimeout } from "node:timers/promises";
import { ApiError, type KubernetesApi } from "./api.ts";

/** What is known of an object that is watched. */
export interface WatchedObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
  };
}

/** The part of an API server that is asked: a read whose answer is text as it comes. */
export type Readable = Pick<KubernetesApi, "open">;

/** A copy of all objects of one kind, kept up to date by a watch. */
export interface Reflector<T> {
  /** By `NAMESPACE/NAME`. It stays as it was while the API server is away. */
  readonly objects: ReadonlyMap<string, T>;
  /** Resolves after the first list. */
  readonly synced: Promise<void>;
}

/** Whether a watch follows the server; `error` is why it does not. */
export type WatchState =
  | { readonly path: string; readonly follows: true }
  | { readonly path: string; readonly follows: false; readonly error: Error };

export interface ReflectorOptions<T> {
  /** Path of the list, from the root of the server. */
  readonly path: string;
  /** Which objects, `{fieldSelector: "metadata.name=shop"}`; all without it. */
  readonly query?: Readonly<Record<string, string>>;
  /** Takes out of an object what is kept of it. */
  readonly keep?: (object: T) => T;
  readonly onChange: () => void;
  /** Told once when the watch is lost, and once when it is back. */
  readonly onState: (state: WatchState) => void;
  readonly signal: AbortSignal;
}

interface List<T> {
  metadata: { resourceVersion: string };
  items: T[] | null;
}

interface WatchEvent<T> {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: T;
}

/** The server ends each watch after this time; it is resumed where it was. */
const WATCH_SECONDS = 300;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2000;

/**
 * Lists, then watches from the list's version, and resumes where the watch ended; a version that is too old is
 * listed anew. Never gives up: while the server cannot be reached, or does not have the kind (404), it tries
 * again after 0.1 to 2 seconds.
 */
export function startReflector<T extends WatchedObject>(
  api: Readable,
  options: ReflectorOptions<T>,
): Reflector<T> {
  const reflection = new Reflection<T>(api, options);
  void reflection.run();
  return reflection;
}

class Reflection<T extends WatchedObject> implements Reflector<T> {
  readonly objects = new Map<string, T>();
  readonly synced: Promise<void>;
  private readonly api: Readable;
  private readonly options: ReflectorOptions<T>;
  private resolveSynced: () => void = () => undefined;
  private version: string | undefined;
  private lost = false;

  constructor(api: Readable, options: ReflectorOptions<T>) {
    this.api = api;
    this.options = options;
    this.synced = new Promise((resolve) => {
      this.resolveSynced = resolve;
    });
  }

  async run(): Promise<void> {
    const { signal, onState, path } = this.options;
    let retryMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      try {
        if (this.version === undefined) await this.list();
        await this.watch(() => {
          retryMs = FIRST_RETRY_MS;
          if (this.lost) onState({ path, follows: true });
          this.lost = false;
        });
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError) this.version = undefined;
        if (!this.lost) onState({ path, follows: false, error: error as Error });
        this.lost = true;
        await setTimeout(retryMs, undefined, { signal }).catch(() => undefined);
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
  }

  private async list(): Promise<void> {
    const answer = await this.api.open(this.pathWith({}), this.options.signal);
    const { metadata, items } = JSON.parse(await textOf(answer)) as List<T>;
    this.objects.clear();
    for (const item of items ?? []) this.set(item);
    this.version = metadata.resourceVersion;
    this.resolveSynced();
    this.options.onChange();
  }

  private async watch(opened: () => void): Promise<void> {
    const path = this.pathWith({
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion: this.version ?? "",
      timeoutSeconds: String(WATCH_SECONDS),
    });
    const answer = await this.api.open(path, this.options.signal);
    opened();
    for await (const line of linesOf(answer)) this.take(JSON.parse(line) as WatchEvent<T>);
  }

  private take({ type, object }: WatchEvent<T>): void {
    if (type === "ERROR") {
      const { code, message } = object as unknown as { code: number; message: string };
      throw new ApiError(code, message);
    }
    this.version = object.metadata.resourceVersion;
    if (type === "BOOKMARK") return;
    if (type === "DELETED") this.objects.delete(keyOf(object));
    else this.set(object);
    this.options.onChange();
  }

  private set(object: T): void {
    this.objects.set(keyOf(object), this.options.keep?.(object) ?? object);
  }

  private pathWith(query: Record<string, string>): string {
    const { path, query: which } = this.options;
    return `${path}?${new URLSearchParams({ ...which, ...query })}`;
  }
}

const keyOf = ({ metadata: { namespace, name } }: WatchedObject): string => `${namespace}/${name}`;

async function textOf(answer: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const part of answer) text += part;
  return text;
}

/** Whole lines as they come. Unlike node:readline it throws when the connection breaks. */
async function* linesOf(answer: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const part of answer) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
