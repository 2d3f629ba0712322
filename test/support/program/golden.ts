import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import type { Registered } from "./mocks.ts";

const folder = new URL("../../golden/", import.meta.url);

/**
 * Compares what a stage registered with test/golden/NAME.json. With UPDATE_GOLDEN=1 writes that file instead: look at
 * its difference before committing it.
 */
export async function matchesGolden(name: string, resources: readonly Registered[]): Promise<void> {
  const file = new URL(`${name}.json`, folder);
  const registered = `${JSON.stringify(resources.map(goldenOf).sort(byUrn), null, 2)}\n`;
  if (process.env.UPDATE_GOLDEN === "1") return writeFile(file, registered);
  assert.deepEqual(JSON.parse(registered), JSON.parse(await readFile(file, "utf8")), `${name}.json`);
}

function goldenOf(resource: Registered) {
  const { urn, provider, protect, retainOnDelete, dependsOn, hooks, secrets, inputs } = resource;
  return {
    urn: urn.split("::").slice(2).join("::"),
    ...(provider !== "" && { provider }),
    ...(protect && { protect }),
    ...(retainOnDelete && { retainOnDelete }),
    ...(dependsOn.length > 0 && { dependsOn: [...new Set(dependsOn)].sort() }),
    ...(hooks.length > 0 && { waitsBeforeChange: true }),
    ...(secrets.length > 0 && { secrets: [...secrets].sort() }),
    inputs,
  };
}

const byUrn = (a: { urn: string }, b: { urn: string }) => a.urn.localeCompare(b.urn);
