import { ApiError, type KubernetesApi } from "../cluster/api.ts";
import { noToken, readTokenKubeconfig, withToken } from "../cluster/kubeconfig.ts";
import { type IssuedToken, issueToken } from "../cluster/token.ts";
import { UserError } from "../errors.ts";
import { appNames } from "../model/names.ts";
import type { FoundationOutputs } from "../program/outputs.ts";
import type { Project } from "../project/project.ts";
import { administratorOf } from "./administrator.ts";

/** Long enough for a soak of its usual length, and a release of two stages. */
export const TOKEN_SECONDS = 3_600;

/**
 * A token of the deployer that ends, by the rights of whoever administers the cluster.
 * @throws UserError where the cluster does not give one
 */
export async function deployerToken(
  administrator: KubernetesApi,
  { app, namespace }: Project["config"],
  seconds: number,
): Promise<IssuedToken> {
  const { deployer: account, deployerToken: secret } = appNames(app.name, namespace);
  try {
    return await issueToken(administrator, { namespace, account, secret, seconds });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new UserError(
      `no token of ${account} could be issued: ${error.message}`,
      `It takes an administrator of the cluster, and the ServiceAccount and the Secret ${secret}, which the foundation makes: canary foundation`,
    );
  }
}

/**
 * What the foundation exports, with a token in it. Where it keeps none and nobody gave one, whoever administers the cluster
 * has one issued for this command.
 * @throws UserError where none can be had
 */
export async function withDeployerToken(
  project: Pick<Project, "config" | "foundation">,
  outputs: FoundationOutputs,
): Promise<FoundationOutputs> {
  if (readTokenKubeconfig(outputs.deployerKubeconfig).token !== undefined) return outputs;
  try {
    const administrator = await administratorOf(project, outputs);
    if (!administrator) throw new Error("a foundation that was applied has no cluster");
    const { token } = await deployerToken(administrator, project.config, TOKEN_SECONDS);
    return { ...outputs, deployerKubeconfig: withToken(outputs.deployerKubeconfig, token) };
  } catch (error) {
    throw error instanceof UserError ? noToken(error.message) : error;
  }
}
