import { generateKeyPairSync } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import type { NetworkPlan } from "./network.ts";

/** Context, cluster and user of every kubeconfig here. */
export const CONTEXT = "canary-stages-local";

/** User name of the local environment's own programs, apart from the administrator's who works with the cluster. */
export const MACHINERY = "local-machinery";

/** The one node's name. */
export const NODE_NAME = "local";

const VALID_DAYS = "365";
const EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

interface Identity {
  subject: string;
  /** For a server's certificate: the names and addresses that it is valid for. */
  names?: string;
}

/** The certificates of a cluster. Users and groups are those that Kubernetes' built-in roles are bound to. */
function identities(network: NetworkPlan) {
  const node = `IP:${network.nodeAddress},DNS:${NODE_NAME}`;
  return {
    apiserver: {
      subject: "/CN=kube-apiserver",
      names: [
        `IP:${network.nodeAddress},IP:${network.apiServiceAddress},IP:127.0.0.1`,
        "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc",
      ].join(","),
    },
    admin: { subject: "/O=system:masters/CN=admin" },
    // What this project runs beside the cluster: the edge, and what gives addresses to load balancers.
    machinery: { subject: `/O=system:masters/CN=${MACHINERY}` },
    "controller-manager": { subject: "/CN=system:kube-controller-manager", names: node },
    scheduler: { subject: "/CN=system:kube-scheduler", names: node },
    kubelet: {
      subject: `/O=system:nodes/CN=system:node:${NODE_NAME}`,
      names: node,
    },
    proxy: { subject: "/CN=system:kube-proxy" },
  } satisfies Record<string, Identity>;
}

/** Who has a certificate, and a kubeconfig of that name where it is a client. */
export type IdentityName = keyof ReturnType<typeof identities>;

/** Makes a certificate authority, a key for service account tokens, and a certificate for each identity. */
export async function createCertificates(folder: string, network: NetworkPlan): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await Promise.all([
    openssl(folder, ["req", "-x509", ...EC_KEY, "-days", VALID_DAYS, "-subj", `/CN=${CONTEXT}`], "ca"),
    createTokenKey(folder),
  ]);
  const wanted = Object.entries<Identity>(identities(network));
  await Promise.all(wanted.map(([name, identity]) => issue(folder, name, identity)));
}

/** A kubeconfig for one identity with everything embedded, readable by its owner alone. */
export async function writeKubeconfig(
  file: string,
  server: string,
  folder: string,
  name: IdentityName,
): Promise<void> {
  const embedded = async (part: string) => (await readFile(join(folder, part))).toString("base64");
  const [ca, certificate, key] = await Promise.all(["ca.crt", `${name}.crt`, `${name}.key`].map(embedded));
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": CONTEXT,
    clusters: [{ name: CONTEXT, cluster: { server, "certificate-authority-data": ca } }],
    users: [{ name: CONTEXT, user: { "client-certificate-data": certificate, "client-key-data": key } }],
    contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user: CONTEXT } }],
  };
  await writeFile(file, stringify(kubeconfig), { mode: 0o600 });
  await chmod(file, 0o600);
}

async function createTokenKey(folder: string): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await Promise.all([
    writeFile(join(folder, "sa.key"), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 }),
    writeFile(join(folder, "sa.pub"), publicKey.export({ type: "spki", format: "pem" })),
  ]);
}

async function issue(folder: string, name: string, { subject, names }: Identity): Promise<void> {
  const extensions = [
    "keyUsage=critical,digitalSignature,keyEncipherment",
    "extendedKeyUsage=serverAuth,clientAuth",
    "basicConstraints=critical,CA:FALSE",
    ...(names ? [`subjectAltName=${names}`] : []),
  ];
  const signer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-days", VALID_DAYS, "-subj", subject];
  const added = extensions.flatMap((extension) => ["-addext", extension]);
  await openssl(folder, ["req", "-x509", ...EC_KEY, ...signer, ...added], name);
}

async function openssl(folder: string, args: string[], name: string): Promise<void> {
  // An empty configuration, because Debian's adds its own basicConstraints, and one may stand only once.
  const output = ["-config", "/dev/null", "-keyout", `${name}.key`, "-out", `${name}.crt`];
  await execa("openssl", [...args, ...output], { cwd: folder });
}
