import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { moduleFolder } from "../../local/engine/go.ts";
import { TOOLS } from "../../local/paths.ts";
import { appNames } from "../../src/model/names.ts";
import { PEERS, type PeerName } from "./programs.ts";
import type { Turn } from "./turn.ts";
import { APP } from "./workload.ts";
import type { World } from "./world.ts";

/** A rule of a Role or a ClusterRole (rbac.authorization.k8s.io/v1). */
export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

/** What an account may do, counted. */
export interface Rights {
  /** In every namespace, or in the application's own alone. */
  readonly where: "cluster" | "namespace";
  /** Pairs of a verb and a kind of object. */
  readonly pairs: number;
  /** Those of them that write. */
  readonly writing: number;
  /** Verbs that it has on Secrets. */
  readonly secrets: readonly string[];
}

const READING: readonly string[] = ["get", "list", "watch"];

/** Each pair counts once, whichever rules give it. `*` counts as one verb, and as one that writes. */
export function countRights(where: Rights["where"], rules: readonly Rule[]): Rights {
  const pairs = new Set(
    rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    ),
  );
  const secrets = [...pairs].filter((pair) => pair.endsWith(" /secrets")).map(verbOf);
  return {
    where,
    pairs: pairs.size,
    writing: [...pairs].filter((pair) => !READING.includes(verbOf(pair))).length,
    secrets: secrets.sort(),
  };
}

const verbOf = (pair: string): string => pair.split(" ")[0] ?? "";

/** Where each peer's own manifests have its controller's ClusterRole, in its module. */
const MANIFESTS: Readonly<Record<PeerName, string>> = {
  argo: "manifests/role/argo-rollouts-clusterrole.yaml",
  flagger: "artifacts/flagger/account.yaml",
};

interface Role {
  readonly kind?: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly Rule[] | null;
}

/** What a peer's controller may do by the manifests that come with it. */
export async function rightsOfPeer(name: PeerName, { progress, signal }: World): Promise<Rights> {
  const { name: tool, module } = PEERS[name];
  const folder = await moduleFolder(join(TOOLS, tool), module, progress, signal);
  const documents = parseAllDocuments(await readFile(join(folder, MANIFESTS[name]), "utf8"));
  const roles = documents.map((document) => document.toJS() as Role | null);
  return countRights(
    "cluster",
    roles.flatMap((role) => (role?.kind === "ClusterRole" ? (role.rules ?? []) : [])),
  );
}

/** What this program's deployer may do: the Roles that its foundation has made, one of them where the Gateway is. */
export async function rightsOfDeployer({ contender }: Turn, { api }: World): Promise<Rights> {
  const { deployer } = appNames(APP.name, contender.namespace);
  const roles = await api.list<Role>("/apis/rbac.authorization.k8s.io/v1/roles");
  const own = roles.filter(({ metadata: { name } }) => name.startsWith(deployer));
  return countRights(
    "namespace",
    own.flatMap(({ rules }) => rules ?? []),
  );
}
