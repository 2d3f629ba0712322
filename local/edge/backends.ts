import { createHash } from "node:crypto";
import { annotation } from "./annotations.ts";
import type { Ingress, IngressBackend, Objects, Service } from "./objects.ts";
import { findService, type Server, serversOf } from "./servers.ts";

/** The name of the default backend, as Voyager gives it when `spec.defaultBackend.name` is absent. */
const DEFAULT_BACKEND = "default-backend";

interface Affinity {
  cookie: string;
  hash: string | undefined;
}

/** The backend sections of one Ingress, collected while its rules are read. */
export interface Backends {
  /**
   * Adds the section of a backend and gives its name for `use_backend`.
   * @param route host and path, to tell apart two sections of one Service
   * @returns undefined when there is no such Service or port: Voyager leaves such a path out
   */
  add(backend: IngressBackend, route?: { host: string; path: string }): string | undefined;
  /** The sections, each as its lines, in the order in which they were added. */
  sections(): string[][];
}

/** Collects the backends of an Ingress; `problem` is told what an Ingress names but the cluster does not have. */
export function collectBackends(
  ingress: Ingress,
  objects: Objects,
  problem: (text: string) => void,
): Backends {
  const sections: { name: string; body: string[] }[] = [];
  return {
    add(backend, route) {
      const found = findService(objects, ingress.metadata.namespace, backend);
      if (!found) {
        problem(`there is no Service ${backend.service.name} with the port ${portOf(backend)}`);
        return undefined;
      }
      const servers = serversOf(objects, found.service, found.port, backend.hostNames);
      const body = bodyOf(backend, servers, affinityOf(ingress, found.service));
      const taken = (name: string) =>
        sections.some((other) => other.name === name && other.body.join() !== body.join());
      let name = backend.name ?? (route ? generatedName(ingress, backend) : DEFAULT_BACKEND);
      if (!backend.name && route && taken(name)) name += `-${digest("md5", "hex", route.host + route.path)}`;
      if (!sections.some((other) => other.name === name && !taken(name))) sections.push({ name, body });
      return name;
    },
    sections: () => sections.map(({ name, body }) => [`backend ${name}`, ...body]),
  };
}

function bodyOf(backend: IngressBackend, servers: readonly Server[], affinity?: Affinity): string[] {
  return [
    ...(backend.loadBalanceOn ? [`balance ${backend.loadBalanceOn}`] : []),
    ...(affinity ? [`cookie ${affinity.cookie} insert indirect nocache`] : []),
    ...(backend.backendRules ?? []),
    ...servers.map((server, index) => serverLine(server, affinity && cookieValue(server, index, affinity))),
  ];
}

function serverLine(server: Server, cookie: string | undefined): string {
  const host = server.address.includes(":") ? `[${server.address}]` : server.address;
  return [
    `server ${server.name} ${host}:${server.port}`,
    server.maxConnections !== undefined && `maxconn ${server.maxConnections}`,
    server.weight !== undefined && `weight ${server.weight}`,
    cookie !== undefined && `cookie ${cookie}`,
    server.check && "check",
    typeof server.check === "number" && `port ${server.check}`,
  ]
    .filter((part) => part !== false && part !== undefined)
    .join(" ");
}

/** Sticky sessions: asked for at the Ingress, which holds for all its backends, or at one Service. */
function affinityOf(ingress: Ingress, service: Service): Affinity | undefined {
  const asked = [ingress, service].find(
    ({ metadata }) => annotation(metadata.annotations, "affinity") === "cookie",
  );
  if (!asked) return undefined;
  const { annotations } = asked.metadata;
  return {
    cookie: annotation(annotations, "session-cookie-name") ?? "SERVERID",
    hash: annotation(annotations, "session-cookie-hash"),
  };
}

function cookieValue({ name }: Server, index: number, { hash }: Affinity): string {
  if (hash === "index") return String(index + 1);
  if (hash === "md5") return digest("md5", "base64", name);
  return hash === "sha" ? digest("sha512", "base64", name) : name;
}

function generatedName(ingress: Ingress, backend: IngressBackend): string {
  const [service, namespace = ingress.metadata.namespace] = backend.service.name.split(".");
  return `${service}.${namespace}:${portOf(backend)}`;
}

function portOf({ service: { port } }: IngressBackend): string {
  return String(port.number ?? port.name ?? "");
}

function digest(algorithm: string, encoding: "hex" | "base64", text: string): string {
  return createHash(algorithm).update(text).digest(encoding);
}
