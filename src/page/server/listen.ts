import { X509Certificate } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { BlockList, isIP } from "node:net";
import { UserError } from "../../errors.ts";

/** Where a page listens. */
export interface Address {
  /** Host name or IP address: `127.0.0.1`. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** In PEM. Beyond this machine there is none without it. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

/** A request has to come within this time, head and body; an answer may last. */
const REQUEST_MS = 10_000;
const MOST_CONNECTIONS = 256;

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "::1"];

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether an address or a name is of this machine alone. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? host === "localhost" : loopback.check(host, family === 4 ? "ipv4" : "ipv6");
}

/**
 * Which names a server answers to: its own address, this machine's names for itself where it listens there, and what its
 * certificate is for.
 */
export function ownNames({ host, tls }: Address): (name: string) => boolean {
  const certificate = tls && new X509Certificate(tls.cert);
  const named = isLoopback(host) ? LOOPBACK_NAMES : [host];
  const isCertified = (name: string) =>
    (isIP(name) ? certificate?.checkIP(name) : certificate?.checkHost(name)) !== undefined;
  return (name) => named.includes(name) || isCertified(name);
}

/** The address to be typed: for a server on every address of its machine, the name that its certificate is for. */
export function shownHost({ host, tls }: Address): string {
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const [, name] =
    (isEverywhere && tls && /DNS:([^,\s*]+)/.exec(new X509Certificate(tls.cert).subjectAltName ?? "")) || [];
  return name ?? (host.includes(":") ? `[${host}]` : host);
}

/** @throws UserError for a certificate and a key that are none, or do not belong together */
export function pageServer({ tls }: Pick<Address, "tls">, listener: RequestListener): Server {
  const limits = { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS };
  try {
    const server = tls ? createTlsServer({ ...limits, ...tls }, listener) : createServer(limits, listener);
    server.maxConnections = MOST_CONNECTIONS;
    return server;
  } catch (error) {
    throw new UserError(
      `the certificate and the key cannot be used: ${(error as Error).message}`,
      "Name a certificate and its key in PEM, with --tls-cert and --tls-key.",
    );
  }
}

/**
 * @returns the port
 * @throws UserError where nobody can listen there: the port is taken, the address is another machine's
 */
export function listen(server: Server, { host, port }: Address): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(notListening(error, { host, port })));
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

function notListening({ code, message }: NodeJS.ErrnoException, { host, port }: Address): UserError {
  if (code === "EADDRINUSE")
    return new UserError(
      `port ${port} of ${host} is taken: another page may be open`,
      "Name another one with --port, or any free one with --port 0.",
    );
  if (code === "EACCES")
    return new UserError(
      `port ${port} of ${host} is not for this account`,
      "Name one above 1023 with --port.",
    );
  return new UserError(
    `${host}:${port} cannot be listened on: ${message}`,
    "Name an address of this machine with --listen.",
  );
}
