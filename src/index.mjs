/** What Pulumi loads: a Node that is too old says so here, before it meets TypeScript. */
import { RunError } from "@pulumi/pulumi/errors.js";
import { nodeProblem } from "./process/node-version.mjs";

export default async () => {
  const problem = nodeProblem();
  if (problem) throw new RunError(problem);
  const { default: program } = await import("./index.ts");
  return program();
};
