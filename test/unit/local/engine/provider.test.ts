import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Engine } from "../../../../local/engine/engine.ts";
import { vendorLanguageHost } from "../../../../local/engine/language-host.ts";
import { findProvider } from "../../../../local/engine/provider.ts";
import { silentProgress } from "../../../../local/process/progress.ts";

const VERSION = "4.34.2";
const PROVIDER = "pulumi-resource-kubernetes";
const LANGUAGE_HOST = "pulumi-language-nodejs";

describe("the vendor's plugins", () => {
  let folder: string;
  let engine: Engine;
  const cacheBefore = process.env.XDG_CACHE_HOME;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "vendor-"));
    process.env.XDG_CACHE_HOME = join(folder, "cache");
    engine = { path: await executable("cli/pulumi", refusing()), version: "3.246.0", source: "path" };
  });
  afterEach(async () => {
    if (cacheBefore === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cacheBefore;
    await rm(folder, { recursive: true });
  });

  it("are taken from PATH first", async () => {
    const provider = await executable(`bin/${PROVIDER}`);
    const language = await executable(`bin/${LANGUAGE_HOST}`);
    await executable(`home/plugins/resource-kubernetes-v${VERSION}/${PROVIDER}`);
    assert.deepEqual(await found({ PATH: dirname(provider) }), [provider, "path"]);
    assert.equal(await vendorLanguageHost(engine, { PATH: dirname(language) }), language);
  });

  it("are not what was built here or stands in for them, which may be on PATH as well", async () => {
    const built = await executable(`cache/canary-stages/tools/pulumi-kubernetes-1/${PROVIDER}`);
    const standIn = await executable(`clone/local/language/bin/${LANGUAGE_HOST}`);
    const linked = join(folder, "links", PROVIDER);
    await mkdir(dirname(linked));
    await symlink(built, linked);
    const PATH = [built, linked, standIn].map(dirname).join(delimiter);
    assert.equal(await found({ PATH }), undefined);
    assert.equal(await vendorLanguageHost(engine, { PATH }), undefined);
    const provider = await executable(`bin/${PROVIDER}`);
    const both = `${PATH}${delimiter}${dirname(provider)}`;
    assert.deepEqual(await found({ PATH: both }), [provider, "path"]);
  });

  it("must be executable", async () => {
    const file = await executable(`bin/${PROVIDER}`);
    await chmod(file, 0o644);
    assert.equal(await found({ PATH: dirname(file) }), undefined);
  });

  it("are found in the engine's plugin cache, at the very version", async () => {
    await executable(`home/plugins/resource-kubernetes-v4.31.0/${PROVIDER}`);
    assert.equal(await found({}), undefined);
    const provider = await executable(`home/plugins/resource-kubernetes-v${VERSION}/${PROVIDER}`);
    assert.deepEqual(await found({}), [provider, "plugin cache"]);
  });

  it("are found beside the CLI, through links", async () => {
    const language = await executable(`cli/${LANGUAGE_HOST}`);
    const link = join(folder, "pulumi");
    await symlink(engine.path, link);
    assert.equal(await vendorLanguageHost({ ...engine, path: link }, {}), language);
  });

  it("are downloaded where that is possible", async () => {
    const plugin = `$PULUMI_HOME/plugins/resource-kubernetes-v${VERSION}`;
    const install = `mkdir -p ${plugin} && touch ${plugin}/${PROVIDER} && chmod +x ${plugin}/${PROVIDER}`;
    engine = {
      ...engine,
      path: await executable(
        "cli/pulumi",
        `#!/bin/sh\n[ "$*" = "plugin install resource kubernetes ${VERSION}" ] && ${install}\n`,
      ),
    };
    const home = join(folder, "cache/canary-stages/vendor");
    const file = join(home, "plugins", `resource-kubernetes-v${VERSION}`, PROVIDER);
    assert.deepEqual(await found({}), [file, "vendor"]);
    assert.deepEqual(await found({}), [file, "vendor"], "the second time it is there");
  });

  it("are asked for once a day where they are refused", async () => {
    assert.equal(await found({}), undefined);
    assert.equal(await found({}), undefined);
    assert.equal((await attempts()).length, 1);
  });

  async function executable(path: string, content = "#!/bin/sh\n"): Promise<string> {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, 0o755);
    return file;
  }

  function refusing(): string {
    return `#!/bin/sh\necho attempt >>'${folder}/attempts'\nexit 1\n`;
  }

  async function attempts(): Promise<string[]> {
    return (await readFile(join(folder, "attempts"), "utf8")).trim().split("\n");
  }

  function found(env: Record<string, string>) {
    return findProvider(engine, silentProgress, { PULUMI_HOME: join(folder, "home"), ...env });
  }
});
