import { createHash } from "node:crypto";
import { join } from "node:path";
import { quoted } from "../process/shell.ts";
import { annotation, options, timeouts } from "./annotations.ts";
import { collectBackends } from "./backends.ts";
import { frontendsOf } from "./frontends.ts";
import { type Ingress, keyOf, type Objects } from "./objects.ts";

/** Where one HAProxy listens and keeps its files. */
export interface ProxySettings {
  address: string;
  httpPort: number;
  httpsPort: number;
  statsPort: number;
  /** Directory of its certificates; absolute. */
  directory: string;
  /** Directory of its sockets; absolute. */
  sockets: string;
}

/** What one HAProxy is given. */
export interface Rendered {
  /** The text of haproxy.cfg. */
  config: string;
  /** Tells this configuration from every other; a running HAProxy answers it to `show info` as its description. */
  fingerprint: string;
  /** Certificates with their keys, by absolute path. */
  files: ReadonlyMap<string, string>;
  /** What of the Ingress could not be rendered, in words. */
  problems: string[];
}

/** Whatever follows one would be a line of its own: a server, or a section, that nobody declared. */
const LINE_BREAK = /[\n\r\0]/;

const HARD_STOP_AFTER = "30s";

/** The socket of an HAProxy's own command line. */
export function statsSocket(sockets: string): string {
  return join(sockets, "stats.sock");
}

/**
 * Renders what Voyager's controller tells HAProxy for one Ingress (facts.md lists it, from the controller's
 * published source). Without an Ingress, an HAProxy that answers 503 to everything: it holds the port.
 */
export function renderConfig(
  ingress: Ingress | undefined,
  objects: Objects,
  settings: ProxySettings,
): Rendered {
  const problems: string[] = [];
  const files = new Map<string, string>();
  const problem = (text: string) => problems.push(text);
  const annotations = ingress?.metadata.annotations;
  const sections = [
    [
      "defaults",
      "mode http",
      ...options(annotations).map(([name, on]) => `${on ? "" : "no "}option ${name}`),
      ...timeouts(annotations).map(([name, value]) => `timeout ${name} ${value}`),
    ],
    [
      "listen statistics",
      `bind ${settings.address}:${settings.statsPort}`,
      // HAProxy's own exporter, for Prometheus.
      "http-request use-service prometheus-exporter if { path /metrics }",
      "stats enable",
      "stats uri /",
    ],
    ...(ingress ? ingressSections(ingress, objects, settings, files, problem) : [httpFrontend(settings, [])]),
  ];
  const hardStop = annotation(annotations, "hard-stop-after") ?? HARD_STOP_AFTER;
  const broken = [hardStop, ...sections.flat()].find((line) => LINE_BREAK.test(line));
  if (ingress && broken !== undefined) {
    const rest = renderConfig(undefined, objects, settings);
    const line = JSON.stringify(broken);
    return {
      ...rest,
      problems: [`${keyOf(ingress)}: it is not served, a value in it has a line break: ${line}`],
    };
  }
  const body = sections.map(sectionText).join("\n");
  const fingerprint = createHash("sha256").update(hardStop).update(body).digest("hex").slice(0, 16);
  const global = [
    "global",
    `description ${fingerprint}`,
    `stats socket ${quoted(statsSocket(settings.sockets))} mode 600 level admin expose-fd listeners`,
    `hard-stop-after ${hardStop}`,
  ];
  return { config: `${sectionText(global)}\n${body}`, fingerprint, files, problems };
}

function ingressSections(
  ingress: Ingress,
  objects: Objects,
  settings: ProxySettings,
  files: Map<string, string>,
  problem: (text: string) => void,
): string[][] {
  const backends = collectBackends(ingress, objects, problem);
  const { http, https } = frontendsOf(ingress, backends, settings, problem);
  const certificates = https ? certificatesOf(ingress, objects, settings, files, problem) : [];
  if (https && certificates.length === 0) problem("HTTPS is left out: there is no certificate for it");
  return [
    httpFrontend(settings, http),
    ...(https && certificates.length > 0 ? [httpsFrontend(settings, certificates, https)] : []),
    ...backends.sections(),
  ];
}

function httpFrontend({ address, httpPort }: ProxySettings, lines: string[]): string[] {
  return ["frontend http-0_0_0_0-80", `bind ${address}:${httpPort}`, ...lines];
}

function httpsFrontend(
  { address, httpsPort }: ProxySettings,
  certificates: string[],
  lines: string[],
): string[] {
  const bind = [`bind ${address}:${httpsPort} ssl`, "ssl-min-ver TLSv1.2", "no-tls-tickets"];
  return [
    "frontend http-0_0_0_0-443",
    [...bind, ...certificates.map((file) => `crt ${quoted(file)}`)].join(" "),
    ...lines,
  ];
}

/** Certificate and key of each Secret of `spec.tls`, in one file each, named after its content. */
function certificatesOf(
  ingress: Ingress,
  objects: Objects,
  { directory }: ProxySettings,
  files: Map<string, string>,
  problem: (text: string) => void,
): string[] {
  const names = new Set(ingress.spec?.tls?.map(({ secretName, ref }) => secretName ?? ref?.name ?? ""));
  return [...names].flatMap((name) => {
    const data = objects.secrets.get(`${ingress.metadata.namespace}/${name}`)?.data;
    const [certificate, key] = [data?.["tls.crt"], data?.["tls.key"]];
    if (certificate === undefined || key === undefined) {
      problem(`${keyOf(ingress)}: there is no Secret "${name}" of type kubernetes.io/tls`);
      return [];
    }
    const pem = [certificate, key].map((value) => Buffer.from(value, "base64").toString()).join("\n");
    const file = `${directory}/${name}-${createHash("sha256").update(pem).digest("hex").slice(0, 16)}.pem`;
    files.set(file, pem);
    return [file];
  });
}

function sectionText([title = "", ...lines]: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${line}`)].map((line) => `${line}\n`).join("");
}
