import { type HttpAnswer, request } from "../http/request.ts";

/** How an answer tells which version gave it. */
export interface VersionRule {
  /** Lower-case name of a response header; without it the body is looked at. */
  readonly header?: string | undefined;
  /** Its first group is the version; without it, whichever known version occurs. */
  readonly pattern?: RegExp | undefined;
}

/** Whose certificates are taken, besides those of the machine's own authorities. */
export interface Trust {
  /** Certificate authorities, in PEM: they replace the machine's own. */
  readonly ca?: string | undefined;
  /** Takes a certificate that no authority has signed, if it is for the host that is asked for. */
  readonly acceptSelfSigned?: boolean | undefined;
}

/** What is asked, and how its answers are read. */
export interface Target extends Trust {
  /** Where requests are sent: `https://192.0.2.1:8443/path`. */
  readonly url: string;
  /** The name that is asked for there, in the request and by HTTPS in the handshake; the URL's own without it. */
  readonly host?: string | undefined;
  readonly rule: VersionRule;
  readonly versions: readonly string[];
}

/** What came of one request: the version that answered, or why none did. */
export type ProbeResult = { readonly version: string } | { readonly failure: string };

/**
 * One request on a connection of its own, so that the edge chooses a pod anew. Never fails, follows no redirect, and is
 * never repeated: what goes wrong is the result.
 */
export async function probe(target: Target, signal?: AbortSignal): Promise<ProbeResult> {
  const url = new URL(target.url);
  const { ca, acceptSelfSigned } = target;
  const address = target.host === undefined ? undefined : { host: hostOf(url), port: portOf(url) };
  try {
    const answer = await request(named(url, target.host), {
      signal,
      connection: { address, acceptSelfSigned, ...(ca !== undefined && { ca }) },
    });
    if (answer.status !== 200) return { failure: `status ${answer.status}` };
    const version = versionIn(textWithVersion(answer, target.rule), target);
    return version === undefined ? { failure: "an answer of no known version" } : { version };
  } catch (error) {
    return { failure: failureOf(error as NodeJS.ErrnoException) };
  }
}

/** The same URL at another host: `www.example.com`, with a port or without. */
function named(url: URL, host: string | undefined): URL {
  return host === undefined ? url : new URL(`${url.protocol}//${host}${url.pathname}${url.search}`);
}

/** IPv6 addresses have brackets in URLs alone. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, "$1");

const portOf = ({ port, protocol }: URL): number =>
  port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);

function textWithVersion({ headers, text }: HttpAnswer, { header }: VersionRule): string {
  return header === undefined ? text : String(headers[header] ?? "");
}

/** What OpenSSL says of certificates that no known authority vouches for. */
const UNTRUSTED: readonly unknown[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

function failureOf({ code, message }: NodeJS.ErrnoException): string {
  // Node 24 goes on with an option of its own: `self-signed certificate; if the root CA …, try … --use-system-ca`.
  return UNTRUSTED.includes(code)
    ? `${message.split(";")[0]} (name its authority with --ca, or take a self-signed one with --accept-self-signed)`
    : message;
}

/** The version that a text speaks of; the longest one where one is part of another. */
export function versionIn(
  text: string,
  { rule, versions }: Pick<Target, "rule" | "versions">,
): string | undefined {
  if (rule.pattern) {
    const found = rule.pattern.exec(text)?.[1];
    return found !== undefined && versions.includes(found) ? found : undefined;
  }
  return [...versions].sort((a, b) => b.length - a.length).find((version) => text.includes(version));
}
