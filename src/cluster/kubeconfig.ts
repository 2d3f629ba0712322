import { z } from "zod";
import { Refusal, UserError } from "../errors.ts";

/** Where an API server is, and how its certificate is verified. */
export interface ClusterAddress {
  readonly server: string;
  /** Base64 of the certificate authority; undefined where the machine's own authorities are to be used. */
  readonly certificateAuthority: string | undefined;
  readonly tlsServerName?: string | undefined;
  readonly proxyUrl?: string | undefined;
}

/** A kubeconfig with one cluster and one user of it, TLS verified. JSON is YAML: every client reads it. */
export function kubeconfigOf(name: string, address: ClusterAddress, user: object): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      {
        name,
        cluster: {
          server: address.server,
          ...(address.certificateAuthority && { "certificate-authority-data": address.certificateAuthority }),
          ...(address.tlsServerName && { "tls-server-name": address.tlsServerName }),
          ...(address.proxyUrl && { "proxy-url": address.proxyUrl }),
        },
      },
    ],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
}

/**
 * A kubeconfig for one service account.
 * @throws UserError for an empty token: every request with it would be refused, long after the mistake was made
 */
export function tokenKubeconfig(name: string, address: ClusterAddress, token: string): string {
  if (token !== "") return kubeconfigOf(name, address, { token });
  throw new UserError(
    `the token of service account ${name} is empty: the cluster at ${address.server} has not filled its Secret`,
    "Look whether the cluster's token controller runs, then apply the foundation again: canary foundation",
  );
}

export interface TokenAccess {
  readonly address: ClusterAddress;
  readonly token: string;
}

const text = z.string().min(1);

/** What `tokenKubeconfig` writes, and nothing more: a field that is not here could run a command or send a token elsewhere. */
const tokenKubeconfigSchema = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("Config"),
  "current-context": text,
  clusters: z.tuple([
    z.strictObject({
      name: text,
      cluster: z.strictObject({
        server: z.url({ protocol: /^https$/ }),
        "certificate-authority-data": text.optional(),
        "tls-server-name": text.optional(),
        "proxy-url": text.optional(),
      }),
    }),
  ]),
  users: z.tuple([z.strictObject({ name: text, user: z.strictObject({ token: text }) })]),
  contexts: z.tuple([z.strictObject({ name: text, context: z.strictObject({ cluster: text, user: text }) })]),
});

/**
 * Reads the kubeconfig that the foundation exports. Whoever can write that stack's state can put another one there: a
 * login command in it (`exec`) would run on the machine of whoever promotes, so only the form that `tokenKubeconfig`
 * writes is taken.
 * @throws Refusal that names each field that is not of that form, and no value: one of them may be a credential
 */
export function readTokenKubeconfig(kubeconfig: string): TokenAccess {
  const parsed = tokenKubeconfigSchema.safeParse(parseJson(kubeconfig));
  if (!parsed.success) throw notOurs(parsed.error.issues.flatMap(describe));
  const { clusters, users, contexts } = parsed.data;
  const [{ name, context }] = contexts;
  const isOneUser = context.cluster === clusters[0].name && context.user === users[0].name;
  if (!isOneUser || name !== parsed.data["current-context"]) throw notOurs(["its context leads elsewhere"]);
  const { cluster } = clusters[0];
  const address = {
    server: cluster.server,
    certificateAuthority: cluster["certificate-authority-data"],
    tlsServerName: cluster["tls-server-name"],
    proxyUrl: cluster["proxy-url"],
  };
  return { address, token: users[0].user.token };
}

function describe({ path, message, ...issue }: z.core.$ZodIssue): string[] {
  const place = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  const at = place.replace(/^\./, "") || "the whole";
  if (issue.code !== "unrecognized_keys") return [`${at}: ${message}`];
  return issue.keys.map((key) => `${at} has ${key}`);
}

const notOurs = (wrong: readonly string[]): Refusal =>
  new Refusal(
    `the kubeconfig that the foundation exports is not of the form that this program writes, and was not used: ${wrong.join("; ")}`,
    "Apply the foundation again (canary foundation), and look who else can write its state.",
  );

function parseJson(kubeconfig: string): unknown {
  try {
    return JSON.parse(kubeconfig);
  } catch {
    return undefined;
  }
}
