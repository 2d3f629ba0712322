import assert from "node:assert/strict";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { readApplication, versionsOf } from "../../../../demo/application/folder.ts";
import { objectsIn } from "../../../../demo/application/objects.ts";
import { PROJECT_ROOT } from "../../../../local/paths.ts";
import { UserError } from "../../../../src/errors.ts";
import { scratchFolder } from "../../../../src/process/scratch.ts";

const EXAMPLE = join(PROJECT_ROOT, "examples", "shop");

describe("the folder of an application to walk with", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await scratchFolder("canary-stages-walk");
    await cp(EXAMPLE, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const edit = async (file: string, from: string | RegExp, to: string): Promise<void> => {
    const text = await readFile(join(folder, file), "utf8");
    const edited = text.replace(from, to);
    assert.notEqual(edited, text);
    await writeFile(join(folder, file), edited);
  };

  const refused = (message: RegExp) =>
    assert.rejects(readApplication(folder), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.toString(), message);
      return true;
    });

  it("has everything in examples/shop", async () => {
    const application = await readApplication(folder);
    assert.deepEqual(versionsOf(application), ["1.0.0", "1.1.0", "1.2.0"]);
    assert.deepEqual(Object.keys(application.secrets), ["databaseUrl"]);
    assert.deepEqual(
      application.objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`),
      [
        "Secret shop-database",
        "Service shop-database",
        "Deployment shop-database",
        "NetworkPolicy shop-database",
      ],
    );
  });

  it("is refused without Pulumi.yaml, walk.yaml or the image's program", async () => {
    await rm(join(folder, "image", "go.mod"));
    await refused(/image\/go\.mod is not there: the image of canary-stages\/shop is made of it/);
    await rm(join(folder, "walk.yaml"));
    await refused(/walk\.yaml is missing\n.*next: "1\.2\.0"/);
    await rm(join(folder, "Pulumi.yaml"));
    await refused(/Pulumi\.yaml cannot be read/);
  });

  it("is refused with a wrong walk.yaml", async () => {
    await edit("walk.yaml", 'next: "1.2.0"', "next: 1.2\nlast: 1");
    await refused(/walk\.yaml is wrong: next must be a text in quotes.*last: no key of it/);
    await writeFile(join(folder, "walk.yaml"), "{");
    await refused(/walk\.yaml is no YAML/);
  });

  it("is refused when the next version is one of the release", async () => {
    await edit("walk.yaml", "1.2.0", "1.1.0");
    await refused(/next is 1\.1\.0 in .*walk\.yaml, which is release\.canary already/);
  });

  it("is refused without a value for one of the application's secrets", async () => {
    await edit("walk.yaml", "databaseUrl", "database");
    await refused(/walk\.yaml has no value for secrets\.databaseUrl, which app\.secrets names/);
  });

  it("is refused with objects that are not there, lie elsewhere, or are none", async () => {
    await edit("walk.yaml", "database.yaml", "../database.yaml");
    await refused(/objects is \.\.\/database\.yaml in .*, which is outside of/);
    await edit("walk.yaml", "../database.yaml", "other.yaml");
    await refused(/objects is other\.yaml in .*other\.yaml is not there/);
    await writeFile(join(folder, "other.yaml"), "kind: Nothing\n");
    await refused(/document 1 of the objects is no Kubernetes object with a name/);
  });

  it("is refused with another router, or a lifecycle without a way back", async () => {
    await edit("Pulumi.yaml", "value: [canary-25, canary-75, canary-100]", "value: [canary-100]");
    await refused(/lifecycle has one stage, canary-100/);
    await edit("Pulumi.yaml", "router: voyager", "router: replicas");
    await refused(/router is replicas, but the local environment has an edge for voyager/);
  });
});

describe("objects beside an application", () => {
  it("are of kinds that are known, comments between them at will", () => {
    const text = "# one\napiVersion: v1\nkind: Service\nmetadata: { name: a }\n---\n# none\n";
    assert.deepEqual(
      objectsIn(text).map(({ kind }) => kind),
      ["Service"],
    );
    assert.throws(
      () => objectsIn(text.replace("Service", "Node")),
      /document 1 of the objects is a v1 Node, which is not applied here/,
    );
  });
});
