/** Where an image is, as the OCI distribution specification names it. */
interface ImagePlace {
  readonly registry: string;
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

/** Whether a registry has an image; `unknown` when it cannot be asked, with the reason. */
export type ImageAnswer =
  | { readonly found: boolean }
  | { readonly found: undefined; readonly reason: string };

const TIMEOUT_MS = 5_000;

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
  const place = imagePlace(image, version, registry);
  if (!place) return { found: undefined, reason: `${image} names no registry; ask one with --registry HOST` };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const first = await askFor(place, signal);
    const answer = first.status === 401 ? await askFor(place, signal, await tokenFor(first, signal)) : first;
    if (answer.ok) return { found: true };
    if (answer.status === 404) return { found: false };
    return { found: undefined, reason: `${place.registry} answers ${answer.status}` };
  } catch (error) {
    return { found: undefined, reason: `${place.registry} cannot be asked: ${reasonOf(error)}` };
  }
}

/** `registry.example.com:5000/team/httpd`: a registry has a dot or a port, or is localhost. */
export function imagePlace(
  image: string,
  reference: string,
  defaultRegistry: string | undefined,
): ImagePlace | undefined {
  const [registry = "", ...rest] = image.split("/");
  if (rest.length > 0 && (/[.:]/.test(registry) || registry === "localhost")) {
    return { registry, repository: rest.join("/"), reference };
  }
  if (defaultRegistry === undefined) return undefined;
  const [host = "", ...folders] = defaultRegistry.split("/");
  return { registry: host, repository: [...folders, image].join("/"), reference };
}

function askFor(
  { registry, repository, reference }: ImagePlace,
  signal: AbortSignal,
  token?: string,
): Promise<Response> {
  const scheme = /^(localhost|127\.0\.0\.1)(:|$)/.test(registry) ? "http" : "https";
  return fetch(`${scheme}://${registry}/v2/${repository}/manifests/${reference}`, {
    method: "HEAD",
    signal,
    headers: { Accept: MANIFESTS, ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
  });
}

/** The token for anybody, from where the registry's challenge says: `Bearer realm="…",service="…",scope="…"`. */
async function tokenFor(answer: Response, signal: AbortSignal): Promise<string> {
  const challenge = answer.headers.get("www-authenticate") ?? "";
  const fields = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
  );
  const { realm, ...query } = fields;
  if (!/^bearer /i.test(challenge) || realm === undefined) throw new Error("it wants credentials");
  const given = await fetch(`${realm}?${new URLSearchParams(query)}`, { signal });
  if (!given.ok) throw new Error(`its token service answers ${given.status}`);
  const { token, access_token } = (await given.json()) as { token?: string; access_token?: string };
  const found = token ?? access_token;
  if (found === undefined) throw new Error("its token service gives no token");
  return found;
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
