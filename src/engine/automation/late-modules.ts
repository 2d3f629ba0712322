import { createRequire, Module } from "node:module";

/**
 * What Pulumi's SDK loads at once and uses only to turn functions into text, for dynamic providers: 0.15 s of each
 * command (docs/adr/0036-the-seconds-of-a-promotion.md).
 */
const SELDOM_USED = ["typescript"];

/** Has these modules loaded at their first use, for all of this process. To be called before the SDK is loaded. */
export function loadSdkLate(): void {
  const sdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
  for (const name of SELDOM_USED) loadLate(sdk, name);
}

/** Puts a module in CommonJS's cache that loads the real one when something of it is used. */
export function loadLate(require: NodeJS.Require, name: string): void {
  let file: string;
  try {
    file = require.resolve(name);
  } catch {
    // Where it is not installed, the SDK does without, or says so itself.
    return;
  }
  if (require.cache[file]) return;
  let real: object | undefined;
  const load = (): object => {
    if (!real) {
      delete require.cache[file];
      real = require(file) as object;
    }
    return real;
  };
  const late = new Module(file);
  late.exports = new Proxy(
    {},
    {
      // What imports it asks this first, and uses the exports as they are when it is so.
      get: (_, key) => (key === "__esModule" ? true : Reflect.get(load(), key)),
      has: (_, key) => key in load(),
    },
  );
  late.loaded = true;
  require.cache[file] = late;
}
