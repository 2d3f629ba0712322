import { isIP } from "node:net";
import { isDigest } from "../config/app/texts.ts";
import { type HttpAnswer, request, SHORT_ANSWER } from "../http/request.ts";

/** An image in a registry, in the terms of the OCI distribution specification. */
interface ImageLocation {
  readonly registry: string;
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

/**
 * Whether a registry has an image, and by which digest, where it says so; with the reason when it cannot be asked. A tag can be
 * moved to another image, a digest cannot.
 */
export type ImageAnswer =
  | { readonly found: true; readonly digest: string | undefined }
  | { readonly found: false }
  | { readonly found: undefined; readonly reason: string };

/** For all requests together. */
const TIMEOUT_MS = 5_000;
/** Registries lead to where they store manifests. */
const MOST_REDIRECTS = 5;

/** Manifests of every kind that a kubelet takes. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * Asks an image's registry whether it has it, without credentials (OCI distribution specification, "Checking if
 * content exists"; token flow of the Distribution project). Never fails: what cannot be asked is said.
 * @param registry where an image without a registry is looked for, `HOST` or `HOST/FOLDER`: which one a cluster takes
 * it from is the cluster's to say
 */
export async function findImage(
  image: string,
  version: string,
  registry: string | undefined,
): Promise<ImageAnswer> {
  const location = locateImage(image, version, registry);
  if (!location)
    return { found: undefined, reason: `${image} names no registry; ask one with --registry HOST` };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const first = await headManifest(location, signal);
    const answer =
      first.status === 401
        ? await headManifest(location, signal, await tokenFor(location, first, signal))
        : first;
    if (isSuccess(answer)) return { found: true, digest: digestIn(answer) };
    if (answer.status === 404) return { found: false };
    return { found: undefined, reason: `${location.registry} answers ${answer.status}` };
  } catch (error) {
    return { found: undefined, reason: `${location.registry} cannot be asked: ${reasonOf(error)}` };
  }
}

/** `registry.example.com:5000/team/httpd`: a registry has a dot or a port, or is localhost. */
export function locateImage(
  image: string,
  reference: string,
  defaultRegistry: string | undefined,
): ImageLocation | undefined {
  const [registry = "", ...rest] = image.split("/");
  if (rest.length > 0 && (/[.:]/.test(registry) || registry === "localhost")) {
    return { registry, repository: rest.join("/"), reference };
  }
  if (defaultRegistry === undefined) return undefined;
  const [host = "", ...folders] = defaultRegistry.split("/");
  return { registry: host, repository: [...folders, image].join("/"), reference };
}

/** Header of the digest: OCI distribution specification, "Pulling manifests". */
function digestIn({ headers }: HttpAnswer): string | undefined {
  const digest = String(headers["docker-content-digest"] ?? "");
  return isDigest(digest) ? digest : undefined;
}

/** By HTTPS, unless it is on this machine. */
const registryUrl = (registry: string): string =>
  `${/^(localhost|127\.0\.0\.1)(:|$)/.test(registry) ? "http" : "https"}://${registry}`;

function headManifest(
  { registry, repository, reference }: ImageLocation,
  signal: AbortSignal,
  token?: string,
): Promise<HttpAnswer> {
  return request(new URL(`${registryUrl(registry)}/v2/${repository}/manifests/${reference}`), {
    method: "HEAD",
    signal,
    redirects: MOST_REDIRECTS,
    mostBytes: SHORT_ANSWER,
    headers: { Accept: MANIFESTS, ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
  });
}

/** The token for anybody, from where the registry's challenge says: `Bearer realm="…",service="…",scope="…"`. */
async function tokenFor(
  { registry }: ImageLocation,
  { headers }: HttpAnswer,
  signal: AbortSignal,
): Promise<string> {
  const challenge = headers["www-authenticate"] ?? "";
  const fields = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
  );
  const { realm, ...query } = fields;
  if (!/^bearer /i.test(challenge) || realm === undefined) throw new Error("it wants credentials");
  const url = tokenService(realm, registry);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const given = await request(url, { signal, mostBytes: SHORT_ANSWER });
  if (!isSuccess(given)) throw new Error(`its token service answers ${given.status}`);
  const { token, access_token } = JSON.parse(given.text) as { token?: string; access_token?: string };
  const found = token ?? access_token;
  if (found === undefined) throw new Error("its token service gives no token");
  return found;
}

/**
 * The address of a registry's token service. A registry may send whoever asks it anywhere, into the network of this machine
 * too, so only its own host is taken, or one beside it: `auth.example.com` for `registry.example.com`. By HTTPS, or as the registry itself.
 */
export function tokenService(realm: string, registry: string): URL {
  const url = new URL(realm);
  const { protocol, host, hostname } = new URL(registryUrl(registry));
  const [, ...above] = hostname.split(".");
  const parent = above.length >= 2 && isIP(hostname) === 0 ? above.join(".") : undefined;
  const isBeside = parent !== undefined && (url.hostname === parent || url.hostname.endsWith(`.${parent}`));
  if ((url.host === host || isBeside) && url.protocol === protocol) return url;
  throw new Error(`its token service is ${url.origin}, which is not the registry's own`);
}

const isSuccess = ({ status }: HttpAnswer): boolean => status >= 200 && status < 300;

/** An abort says in its cause that the time was up. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
