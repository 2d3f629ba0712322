import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listenOnLoopback } from "../loopback.ts";

interface FakeObject {
  metadata: { name: string; namespace: string; resourceVersion?: string };
}

type EventType = "ADDED" | "MODIFIED" | "DELETED";

interface Kind {
  objects: Map<string, FakeObject>;
  events: { version: number; text: string }[];
  watchers: Set<ServerResponse>;
}

/** As much of an API server as lists, watches with resume, and takes patches, in memory. */
export class FakeApi {
  /** Every request, as `METHOD PATH?QUERY`. */
  readonly requests: string[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), "fake-api-"));
  private readonly hidden = new Set<string>();
  private readonly broken = new Map<string, { text: string; before: number }>();
  private muted = false;
  private readonly fixed = new Map<string, object>();
  private readonly kinds = new Map<string, Kind>();
  private version = 1;
  private compactedTo = 0;
  port = 0;
  /** Requests that have no whole answer yet. */
  open = 0;
  private close: () => Promise<void> = async () => undefined;

  /** Listens, at the same port as before if it had one; the paths are the lists that it has. */
  async start(...paths: string[]): Promise<this> {
    for (const path of paths) this.kinds.set(path, { objects: new Map(), events: [], watchers: new Set() });
    const server = createServer((request, response) => this.respond(request, response));
    const { port, close } = await listenOnLoopback(server, this.port);
    this.port = port;
    this.close = close;
    return this;
  }

  /** Goes away with all its connections; `start` brings it back with what it had. */
  async stop(): Promise<void> {
    for (const { watchers } of this.kinds.values()) for (const watcher of watchers) watcher.destroy();
    await this.close();
  }

  /** Ends every watch of a list with an error that tells why; resuming one is answered the same way, a list is not. */
  breakWatches(path: string, code: number): void {
    const object = { kind: "Status", code, message: "an event was lost" };
    this.broken.set(path, {
      text: `${JSON.stringify({ type: "ERROR", object })}\n`,
      before: this.version + 1,
    });
    for (const watcher of this.kind(path).watchers) watcher.end(this.broken.get(path)?.text);
    this.version++;
  }

  /** Takes requests for watches from now on, and answers none of them. */
  mute(): void {
    this.muted = true;
  }

  /** Answers 404 for a list from now on, as while its definition is being loaded; its watches go on. */
  hide(path: string, hidden = true): void {
    if (hidden) this.hidden.add(path);
    else this.hidden.delete(path);
  }

  /** Answers GETs of one path with this object. */
  answer(path: string, object: object): void {
    this.fixed.set(path, object);
  }

  /** Goes away for good. */
  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Forgets all events so far: a watch from before them is answered 410. */
  compact(): void {
    this.compactedTo = this.version;
    for (const kind of this.kinds.values()) kind.events = [];
  }

  put(path: string, object: FakeObject): void {
    const { objects } = this.kind(path);
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    this.record(path, objects.has(key) ? "MODIFIED" : "ADDED", object);
    objects.set(key, object);
  }

  delete(path: string, namespace: string, name: string): void {
    const key = `${namespace}/${name}`;
    const object = this.kind(path).objects.get(key);
    if (!object) throw new Error(`no ${key} in ${path}`);
    this.kind(path).objects.delete(key);
    this.record(path, "DELETED", object);
  }

  /** A kubeconfig file for this server, with the one context `fake`. */
  kubeconfig(): string {
    const file = join(this.folder, "kubeconfig");
    const name = "fake";
    // The client refuses plain HTTP unless TLS is waived by name.
    const cluster = { server: `http://127.0.0.1:${this.port}`, "insecure-skip-tls-verify": true };
    const contexts = [{ name, context: { cluster: name, user: name } }];
    const users = [{ name, user: { token: randomUUID() } }];
    writeFileSync(
      file,
      JSON.stringify({ apiVersion: "v1", kind: "Config", clusters: [{ name, cluster }], contexts, users }),
    );
    return file;
  }

  private kind(path: string): Kind {
    const kind = this.kinds.get(path);
    if (!kind) throw new Error(`the fake API server has no ${path}`);
    return kind;
  }

  private record(path: string, type: EventType, object: FakeObject): void {
    this.version++;
    object.metadata.resourceVersion = String(this.version);
    const text = `${JSON.stringify({ type, object })}\n`;
    const kind = this.kind(path);
    kind.events.push({ version: this.version, text });
    for (const watcher of kind.watchers) watcher.write(text);
  }

  private respond(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "", "http://fake");
    this.requests.push(`${request.method} ${request.url}`);
    this.open++;
    response.on("close", () => this.open--);
    const kind = this.hidden.has(url.pathname) ? undefined : this.kinds.get(url.pathname);
    const fixed = this.fixed.get(url.pathname);
    if (request.method === "PATCH") return void send(response, 200, {});
    if (fixed) return void send(response, 200, fixed);
    if (!kind) return void send(response, 404, { message: `no ${url.pathname}` });
    if (url.searchParams.get("watch") !== "true") {
      const items = [...kind.objects.values()];
      return void send(response, 200, { metadata: { resourceVersion: String(this.version) }, items });
    }
    const from = Number(url.searchParams.get("resourceVersion"));
    if (from < this.compactedTo) return void send(response, 410, { message: "too old resource version" });
    if (this.muted) return;
    const broken = this.broken.get(url.pathname);
    if (broken && from < broken.before) return void response.end(broken.text);
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    for (const { version, text } of kind.events) if (version > from) response.write(text);
    kind.watchers.add(response);
    response.on("close", () => kind.watchers.delete(response));
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
