import * as pulumi from "@pulumi/pulumi";
import { DEPLOYER_KUBECONFIG, type FoundationOutputs, foundationOutputs, neverApplied } from "./outputs.ts";

/**
 * What the foundation exports, as a stage asks the engine for it.
 * @throws UserError when it was never applied
 */
export async function exportedBy(founding: string): Promise<FoundationOutputs> {
  const outputs = await readOutputs(founding).catch((error: Error) => {
    throw neverApplied(founding, error.message.replace(/^.*returned an error: /s, ""));
  });
  const found = foundationOutputs(outputs);
  if (found) return found;
  throw neverApplied(founding, `it has no output ${DEPLOYER_KUBECONFIG}`);
}

/**
 * Outputs of a stack of this project, secrets in clear. Not a StackReference: that one ends the program with the
 * engine's own words when the stack does not exist, where this can say what to do.
 */
export async function readOutputs(stack: string): Promise<Readonly<Record<string, unknown>>> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  const answer = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
  return (answer as { outputs?: Record<string, unknown> }).outputs ?? {};
}
