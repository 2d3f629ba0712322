import assert from "node:assert/strict";
import { setRelease } from "../../../local/environment/workspace.ts";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { deploymentPath } from "../../../src/cluster/objects.ts";
import type { Deployment } from "../../../src/model/deployment.ts";
import { edgeUrl } from "../../../src/verification/address.ts";
import { administrator, makeProject, type TestProject } from "./environment.ts";
import { found } from "./move.ts";
import { canary, type Ended } from "./project.ts";

/** The image of every version. */
export const IMAGE = "2.4.20";
/** What may be there of releases: a ConfigMap and a Secret of each track, for what is live and for what was before it. */
const OBJECTS_AT_MOST = 8;
const TRACKS = ["httpd-previous", "httpd-new"];
const STAGES = ["canary-25", "canary-75", "canary-100", "canary-0"];
export const PASSWORDS = { old: "geheim-4711", new: "anders-4712" };

export const APPLICATION = {
  name: "httpd",
  image: "httpd",
  port: 80,
  probePath: "/",
  resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
  drainSeconds: 2,
  runAsUser: 1,
  writablePaths: ["/usr/local/apache2/logs"],
  args: ["-c", 'Header always set X-Settings "$(LEVEL) $(PASSWORD)"'],
  env: { LEVEL: "info" },
  secrets: { PASSWORD: { config: "old" } },
  files: { "/usr/local/apache2/htdocs/index.html": "version {version}\n" },
};
export const DEBUG = { image: IMAGE, env: { LEVEL: "debug" }, secrets: { PASSWORD: { config: "new" } } };

interface Named {
  readonly metadata: { readonly name: string };
}

/** The same image on both sides: what is released is what it is run with. */
export class SettingsWorld {
  readonly project: TestProject;
  readonly api: KubernetesApi;
  private readonly namespace: string;

  private constructor(namespace: string, project: TestProject, api: KubernetesApi) {
    this.namespace = namespace;
    this.project = project;
    this.api = api;
  }

  /** Founded, with its secrets in every stage's file, and nothing released. */
  static async make(namespace: string): Promise<SettingsWorld> {
    const project = await makeProject(namespace);
    await project.edit("Pulumi.yaml", { app: APPLICATION, versions: { debug: DEBUG } });
    await setRelease(project.workspace, { previous: IMAGE, canary: "debug" });
    await found(project);
    const world = new SettingsWorld(namespace, project, await administrator());
    for (const stage of STAGES) {
      await world.typed("stack", "init", stage);
      for (const [name, value] of Object.entries(PASSWORDS)) {
        await world.typed("config", "set", "--secret", "--path", `secrets.${name}`, value, "--stack", stage);
      }
      await world.typed("config", "set", "--secret", "secretsKey", "k".repeat(40), "--stack", stage);
    }
    return world;
  }

  /** @throws AssertionError when `pulumi` with these words fails */
  async typed(...words: string[]): Promise<void> {
    const { exitCode, output } = await this.project.pulumi(...words);
    assert.equal(exitCode, 0, `${words.join(" ")}: ${output}`);
  }

  /** @throws AssertionError when `canary` with these words fails */
  async done(...words: string[]): Promise<Ended> {
    const ended = await canary(this.project, ...words);
    assert.equal(ended.exitCode, 0, `${words.join(" ")}: ${ended.stdout}\n${ended.stderr}`);
    return ended;
  }

  /** @throws UserError before the first stage */
  async url(): Promise<string> {
    const { project } = await this.project.operator();
    return edgeUrl(this.api, await project.stage("canary-25"));
  }

  /** What each version's answers say of its settings. */
  async answers(): Promise<Record<string, string>> {
    const url = await this.url();
    const found: Record<string, string> = {};
    for (let request = 0; request < 40; request++) {
      const answer = await fetch(url, { headers: { connection: "close" } });
      const version = (await answer.text()).trim().replace("version ", "");
      const said = answer.headers.get("x-settings") ?? "none";
      assert.equal(found[version] ?? said, said, "a version has one setting");
      found[version] = said;
    }
    return found;
  }

  /** The pods' specification of each track, as text. */
  async liveTemplates(): Promise<string[]> {
    const found = await Promise.all(
      TRACKS.map((name) => this.api.get<Deployment>(deploymentPath(this.namespace, name))),
    );
    return found.map((deployment) => JSON.stringify(deployment?.spec.template.spec));
  }

  /** Names of the objects that versions have their settings in. */
  async versionObjects(): Promise<string[]> {
    const names = await Promise.all(
      ["configmaps", "secrets"].map((kind) =>
        this.api.list<Named>(`/api/v1/namespaces/${this.namespace}/${kind}`),
      ),
    );
    return names
      .flat()
      .flatMap(({ metadata: { name } }) => (/^httpd-(previous|new)-/.test(name) ? [name] : []));
  }

  /**
   * Goes through releases one after another, in turns of settings that are typed and of those of `app`; each third is
   * aborted, the others go to their end. Nothing is left of any of them but what serves.
   * @param previous the version that serves before them
   * @param count of releases; an even one, so that `app` has the last settings
   */
  async goThrough(previous: string, count: number): Promise<void> {
    let serving = previous;
    for (let release = 1; release <= count; release++) {
      const name = `settings-${release}`;
      await this.begin(name, release);
      assert.deepEqual(Object.keys(await this.answers()).sort(), [serving, name].sort());
      await this.requireFewObjects(name);
      const isAborted = release % 3 === 0;
      const end = isAborted ? ["abort"] : ["promote", "--to", "canary-100"];
      await this.done(...end, "--yes", "--no-verify");
      if (!isAborted) serving = name;
      assert.deepEqual(Object.keys(await this.answers()), [serving]);
    }
    const left = await this.requireFewObjects("after all");
    const used = (await this.liveTemplates()).join();
    assert.ok(left.some((name) => used.includes(name)));
    assert.deepEqual(await this.answers(), { [`settings-${count}`]: `${count} ${PASSWORDS.new}` });
  }

  private async begin(name: string, release: number): Promise<void> {
    const isFromApp = release % 2 === 0;
    if (isFromApp) {
      const secrets = { PASSWORD: { config: "new" } };
      await this.project.edit("Pulumi.yaml", {
        app: { ...APPLICATION, env: { LEVEL: String(release) }, secrets },
      });
    }
    const settings = ["--set", `env.LEVEL=${release}`, "--set", "secrets.PASSWORD.config=old"];
    const { stdout } = await this.done("release", name, ...(isFromApp ? ["--from-app"] : settings));
    assert.match(stdout, /image {2}2\.4\.20 \(same\)\n {2}env\.LEVEL {2}\w+ → \d+\n/);
    await this.done("promote", "canary-25", "--yes", "--no-verify");
  }

  private async requireFewObjects(when: string): Promise<string[]> {
    const objects = await this.versionObjects();
    assert.ok(objects.length <= OBJECTS_AT_MOST, `${when}: ${objects.join(" ")}`);
    return objects;
  }
}
