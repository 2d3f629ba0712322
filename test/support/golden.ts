import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const folder = new URL("../golden/", import.meta.url);

/**
 * Compares a value with test/golden/NAME.json. With UPDATE_GOLDEN=1 writes that file instead: look at its difference before
 * committing it.
 */
export async function matchesGolden(name: string, value: unknown): Promise<void> {
  const file = fileURLToPath(new URL(`${name}.json`, folder));
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (process.env.UPDATE_GOLDEN === "1") {
    await mkdir(dirname(file), { recursive: true });
    return writeFile(file, text);
  }
  assert.deepEqual(JSON.parse(text), JSON.parse(await readFile(file, "utf8")), `${name}.json`);
}
