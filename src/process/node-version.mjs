/** In plain JavaScript, as everything that has to run on a Node that is too old for the rest. */

/** Why this Node cannot run the project, in a sentence, and what to do; undefined where it can. */
export function nodeProblem() {
  // Absent before 22.10, false where types are not stripped unless asked for.
  if (process.features.typescript) return undefined;
  return (
    `This is Node ${process.versions.node} (${process.execPath}), which does not run TypeScript; Node 22.18 or later does. ` +
    "Put such a one first on PATH: npm ci brings one for Linux, in node_modules/.bin, and npx runs with that."
  );
}
