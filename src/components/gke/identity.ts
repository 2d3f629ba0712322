import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { GkeConfig } from "../../config/gke.ts";

export interface NodeIdentityArgs {
  readonly config: GkeConfig;
}

/** What Google's manual gives a node at the least: logs, metrics, and nothing of the project's data. */
const NODE_ROLE = "roles/container.defaultNodeServiceAccount";

/** The service account that nodes run as. Pods do not: they have Workload Identity. */
export class NodeIdentity extends pulumi.ComponentResource {
  readonly email: pulumi.Output<string>;
  /** The rights of the account: nodes that start without them do not join. */
  readonly grants: readonly pulumi.Resource[];

  constructor(name: string, { config }: NodeIdentityArgs, options: pulumi.ComponentResourceOptions) {
    super("canary-stages:index:GkeNodeIdentity", name, {}, options);
    const child = { parent: this };
    const account = new gcp.serviceaccount.Account(
      name,
      {
        accountId: `${config.name.slice(0, 23).replace(/-$/, "")}-nodes`,
        displayName: `Nodes of ${config.name}`,
      },
      child,
    );
    this.email = account.email;
    this.grants = [
      new gcp.projects.IAMMember(
        `${name}-role`,
        { project: config.project, role: NODE_ROLE, member: account.member },
        child,
      ),
      ...config.artifactRegistry.map(
        (repository) =>
          new gcp.artifactregistry.RepositoryIamMember(
            `${name}-pulls-${repository.location}-${repository.name}`,
            {
              project: repository.project ?? config.project,
              location: repository.location,
              repository: repository.name,
              role: "roles/artifactregistry.reader",
              member: account.member,
            },
            child,
          ),
      ),
    ];
    this.registerOutputs({ email: this.email });
  }
}
