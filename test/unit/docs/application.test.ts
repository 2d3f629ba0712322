import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../../../local/paths.ts";
import { appShape } from "../../../src/config/app/shape.ts";
import { application } from "../../support/application.ts";

const TEXT = readFileSync(join(PROJECT_ROOT, "docs", "application.md"), "utf8");
const ROWS = TEXT.split("\n").filter((line) => line.startsWith("| `"));
const EXAMPLES = [...TEXT.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = ""]) => text);

describe("docs/application.md", () => {
  it("has a row for each key, and for no other", () => {
    const documented = ROWS.flatMap((row) =>
      [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, key]) => key),
    );
    assert.deepEqual(documented.sort(), Object.keys(appShape).sort());
  });

  it("has examples that the schema takes", () => {
    assert.ok(EXAMPLES.length >= 6, `${EXAMPLES.length} examples`);
    for (const text of EXAMPLES) {
      const example = parse(text.replaceAll("{ … }", "{}")) as Record<string, unknown>;
      // A probe of its own takes the place of the path.
      const readiness = (example.probes as { readiness?: unknown } | undefined)?.readiness;
      application({ ...example, ...(readiness !== undefined && { probePath: undefined }) });
    }
  });
});
