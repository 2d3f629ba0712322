import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { until } from "../../../local/process/until.ts";
import { prefetch } from "../../../src/cli/prefetch.ts";
import type { Prefetch } from "../../../src/engine/prefetch.ts";
import { LIST_STACKS, stackOutputs } from "../../../src/engine/process.ts";

const PROJECT = "name: shop\nruntime: nodejs\nconfig:\n  lifecycle: { value: [first, second] }\n";

describe("what is fetched before the command is loaded", () => {
  let folder: string;
  let path: string | undefined;
  let prefetched: Prefetch | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "prefetch-"));
    path = process.env.PATH;
    await writeFile(join(folder, "Pulumi.yaml"), PROJECT);
    await pulumiDoes("");
  });
  afterEach(async () => {
    prefetched?.end();
    process.env.PATH = path;
    await rm(folder, { recursive: true });
  });

  /** A `pulumi` on PATH that notes each run with its words, goes on as the script says, and repeats its words. */
  async function pulumiDoes(script: string): Promise<void> {
    const bin = join(folder, "bin");
    await mkdir(bin, { recursive: true });
    const text = `#!/bin/sh\necho "$*" >>"${folder}/runs"\n${script}\necho "$*"\n`;
    await writeFile(join(bin, "pulumi"), text, { mode: 0o755 });
    process.env.PATH = [bin, path].join(delimiter);
  }

  async function begin(...words: string[]): Promise<Prefetch> {
    prefetched = await prefetch([...words, "--stack-dir", folder]);
    return prefetched;
  }

  async function runs(): Promise<string[]> {
    const file = join(folder, "runs");
    return existsSync(file) ? (await readFile(file, "utf8")).trim().split("\n").sort() : [];
  }

  it("is asked of the engine once: who asks for it takes what was begun, who asks again gets it anew", async () => {
    const { run } = await begin("promote", "second");
    const outputs = stackOutputs("foundation");
    assert.match((await run(folder, outputs)).stdout, /^stack output .*--stack foundation/);
    assert.equal((await runs()).length, 1);
    await run(folder, outputs);
    assert.equal((await runs()).length, 2);
  });

  it("is the foundation's outputs, and for status the list of stacks", async () => {
    const { run } = await begin("status");
    await Promise.all([run(folder, stackOutputs("foundation")), run(folder, LIST_STACKS)]);
    const [list, outputs, ...more] = await runs();
    assert.match(list ?? "", /^stack ls --json/);
    assert.match(outputs ?? "", /^stack output/);
    assert.deepEqual(more, []);
  });

  it("is of the foundation that the project names", async () => {
    await writeFile(join(folder, "Pulumi.yaml"), `${PROJECT}  shop:founding: second\n`);
    const { run } = await begin("history");
    await run(folder, stackOutputs("second"));
    assert.equal((await runs()).length, 1);
  });

  it("reads Pulumi.yaml as whoever reads it next: a default is a value", async () => {
    await writeFile(join(folder, "Pulumi.yaml"), `${PROJECT}  founding: { default: second }\n`);
    await begin("history");
    const begun = await until(async () => (await runs())[0], { timeoutMs: 5000 });
    assert.match(begun ?? "nothing", /^stack output .*--stack second/);
  });

  for (const words of [["release"], ["status", "--help"], ["status", "--context", "mine"], ["nothing"], []]) {
    it(`is nothing for canary ${words.join(" ")}`, async () => {
      const { run } = await begin(...words);
      await run(folder, LIST_STACKS);
      assert.equal((await runs()).length, 1, "there was another process");
    });
  }

  for (const [fault, text] of [
    ["no YAML", "founding: {"],
    ["no configuration", "name: founding\n"],
    ["a foundation that is no name", `${PROJECT}  founding: [1]\n`],
  ]) {
    it(`is nothing of a Pulumi.yaml with ${fault}: whoever reads it next says so`, async () => {
      await writeFile(join(folder, "Pulumi.yaml"), text ?? "");
      const { run } = await begin("status");
      await run(folder, LIST_STACKS);
      assert.equal((await runs()).length, 1);
    });
  }

  it("ends with the command when nobody asked for it", async () => {
    await pulumiDoes(`echo $$ >"${folder}/pid"; exec sleep 60`);
    const started = await begin("history");
    const hasStarted = () => existsSync(join(folder, "pid"));
    assert.ok(await until(hasStarted, { timeoutMs: 10_000 }));
    const answer = started.run(folder, stackOutputs("foundation"));
    started.end();
    await assert.rejects(answer, { name: "AbortError" });
  });

  it("keeps the failure for whoever asks", async () => {
    process.env.PATH = join(folder, "empty");
    const { run } = await begin("history");
    await assert.rejects(run(folder, stackOutputs("foundation")), { code: "ENOENT" });
  });
});
