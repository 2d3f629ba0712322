import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import type { KubernetesApi } from "../../../src/cluster/api.ts";
import { edgeUrl } from "../../../src/verification/address.ts";
import { until } from "../../support/until.ts";
import { type Call, callsDuring } from "../support/audit.ts";
import { administrator, environment, makeProject, type TestProject } from "../support/environment.ts";
import { found } from "../support/move.ts";
import { canary } from "../support/project.ts";

const NAMESPACE = "e2e-application";
const DEPLOYER = `system:serviceaccount:${NAMESPACE}:${NAMESPACE}-deployer`;
const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;
const TOKEN = "not-for-eyes-4711";
const LOGO = Buffer.from([0x89, 0x50, 0xff, 0x00]);
const HTDOCS = "/usr/local/apache2/htdocs";

const resources = { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "200m", memory: "64Mi" } };

/** httpd with everything that an application can have beside its image; what it has, it says in headers. */
const APPLICATION = {
  name: "httpd",
  image: "httpd",
  port: 80,
  resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
  drainSeconds: 2,
  runAsUser: 1,
  writablePaths: ["/usr/local/apache2/logs"],
  probes: { readiness: { kind: "http", path: "/version.txt", periodSeconds: 1 } },
  args: ["-c", 'Header always set X-Greeting "$(GREETING)"', "-c", "Include /etc/shop/extra.conf"],
  env: { GREETING: "hello, $(TOKEN)" },
  secrets: { TOKEN: { config: "token" } },
  files: {
    "/etc/shop/extra.conf": { file: "./extra.conf" },
    [`${HTDOCS}/index.html`]: "<h1>httpd {version}</h1>\n",
    [`${HTDOCS}/version.txt`]: { text: "{version}\n", mode: "0444" },
    [`${HTDOCS}/logo.png`]: { file: "./logo.png" },
  },
  volumes: {
    cache: { emptyDir: { sizeLimit: "1Mi" } },
    claimed: { persistentVolumeClaim: { claimName: "pages" } },
    pod: {
      projected: {
        sources: [
          { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
          { configMap: { name: "shared", items: [{ key: "note", path: "note.txt" }] } },
        ],
      },
    },
  },
  mounts: {
    "/var/cache/shop": "cache",
    [`${HTDOCS}/claimed`]: { volume: "claimed", readOnly: true },
    [`${HTDOCS}/pod`]: "pod",
  },
  initContainers: [{ name: "check", command: ["/usr/local/apache2/bin/httpd", "-v"], resources }],
  sidecars: [
    {
      name: "helper",
      image: "docker.io/canary-stages/app:1.0.0",
      env: { PORT: "5001" },
      resources,
      ports: [{ name: "helper", port: 5001 }],
      probes: {
        startup: { kind: "http", path: "/healthz", port: "helper" },
        readiness: { kind: "grpc", port: "helper", service: "helper" },
      },
    },
  ],
  labels: { team: "shop" },
  annotations: { "example.com/owner": "shop" },
  pod: { hostAliases: [{ ip: "10.0.0.1", hostnames: ["database.test"] }] },
};

interface Listed {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

describe("an application with all that it can say", function () {
  this.timeout(240_000);
  let project: TestProject;
  let api: KubernetesApi;
  let url: string;
  let said = "";
  /** What the API server was asked in the first release. */
  let founding: readonly Call[];

  async function typed(...words: string[]): Promise<string> {
    const { exitCode, output } = await project.pulumi(...words);
    assert.equal(exitCode, 0, `${words[0]} ${words[1]}: ${output}`);
    return output;
  }

  async function promote(stage: string): Promise<void> {
    const { exitCode, stdout, stderr } = await canary(project, "promote", stage, "--yes");
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
    said += stdout + stderr;
  }

  before(async () => {
    project = await makeProject(NAMESPACE);
    const { directory } = project.workspace;
    await writeFile(join(directory, "extra.conf"), `Header always set X-Version "{version}, \${TOKEN}"\n`);
    await writeFile(join(directory, "logo.png"), LOGO);
    await project.edit("Pulumi.yaml", { app: APPLICATION });
    await found(project);
    await makeForeign(directory);
    for (const stage of ["canary-25", "canary-75", "canary-0"]) await typed("stack", "init", stage);
    await typed("config", "set", "--secret", "--path", "secrets.token", TOKEN, "--stack", "canary-25");
    await typed("config", "set", "--secret", "secretsKey", "k".repeat(40), "--stack", "canary-25");
    for (const key of ["secrets", "secretsKey"]) {
      await typed("config", "cp", key, "--stack", "canary-25", "--dest", "canary-75");
      // What a promotion would need to be taken back is asked for before it, and nothing is there yet.
      const { exitCode, stderr } = await canary(project, "promote", "canary-25", "--yes");
      assert.equal(exitCode, 1, stderr);
      assert.match(stderr, /Pulumi\.canary-0\.yaml/);
      await typed("config", "cp", key, "--stack", "canary-25", "--dest", "canary-0");
    }
    founding = await callsDuring(() => promote("canary-25"));
    const operator = await project.operator();
    api = (await operator.cluster()) ?? assert.fail("no cluster");
    url = await edgeUrl(api, await operator.project.stage("canary-25"));
  });

  /** What the pods mount and somebody else keeps: a claim with its volume, which has a page, and a ConfigMap. */
  async function makeForeign(directory: string): Promise<void> {
    const folder = join(directory, "pages");
    await mkdir(folder);
    await writeFile(join(folder, "claimed.txt"), "from a claim\n");
    const cluster = await administrator();
    const make = (collection: string, content: object) =>
      cluster.send("POST", collection, { type: "application/json", content });
    const storage = { accessModes: ["ReadWriteMany"], storageClassName: "" };
    await make("/api/v1/persistentvolumes", {
      metadata: { name: NAMESPACE },
      spec: { ...storage, capacity: { storage: "1Mi" }, hostPath: { path: folder, type: "Directory" } },
    });
    await make(`/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims`, {
      metadata: { name: "pages" },
      spec: { ...storage, resources: { requests: { storage: "1Mi" } }, volumeName: NAMESPACE },
    });
    await make(`/api/v1/namespaces/${NAMESPACE}/configmaps`, {
      metadata: { name: "shared" },
      data: { note: "from a ConfigMap\n" },
    });
  }

  const ask = async (path: string): Promise<Response> =>
    fetch(`${url}${path}`, { headers: { connection: "close" } });

  it("serves with its files, environment and secrets", async () => {
    await until(async () => (await ask("/")).ok);
    const answer = await ask("/version.txt");
    const version = (await answer.text()).trim();
    assert.match(version, /^2\.4\.(18|20)$/);
    assert.equal(answer.headers.get("x-greeting"), `hello, ${TOKEN}`);
    assert.equal(answer.headers.get("x-version"), `${version}, ${TOKEN}`);
    assert.deepEqual(Buffer.from(await (await ask("/logo.png")).arrayBuffer()), LOGO);
  });

  it("serves what a claim and a projected volume have, beside a sidecar that is ready by gRPC", async () => {
    const page = async (path: string) => (await ask(path)).text();
    assert.equal(await page("/claimed/claimed.txt"), "from a claim\n");
    assert.equal(await page("/pod/note.txt"), "from a ConfigMap\n");
    assert.match(await page("/pod/labels"), /^team="shop"$/m);
  });

  it("has pods whose marks and containers are as it says", async () => {
    interface Pod extends Listed {
      readonly spec: {
        readonly initContainers: readonly { readonly name: string }[];
        readonly hostAliases: unknown;
      };
    }
    const pods = await api.list<Pod>(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=team%3Dshop`);
    assert.equal(pods.length, 2);
    for (const { spec } of pods) {
      assert.deepEqual(
        spec.initContainers.map(({ name }) => name),
        ["helper", "check"],
      );
      assert.deepEqual(spec.hostAliases, APPLICATION.pod.hostAliases);
    }
  });

  it("is imported from the cluster as it runs there, without its secrets' values", async () => {
    const { kubeconfig, context } = environment();
    const access = ["-n", NAMESPACE, "--context", context, "--kubeconfig", kubeconfig];
    const { exitCode, stdout, stderr } = await canary(
      project,
      ...["import", "deployment/httpd-previous", ...access, "--json"],
    );
    assert.equal(exitCode, 0, stderr);
    assert.ok(!stdout.includes(TOKEN));
    const { app, version } = JSON.parse(stdout) as {
      version: string;
      app: Record<string, unknown> & {
        volumes: Record<string, unknown>;
        sidecars: readonly { readonly name: string; readonly image: string }[];
      };
    };
    assert.equal(version, "2.4.18");
    assert.deepEqual([app.env, app.args], [APPLICATION.env, APPLICATION.args]);
    assert.deepEqual(app.volumes.claimed, APPLICATION.volumes.claimed);
    const [helper] = APPLICATION.sidecars;
    assert.deepEqual(
      app.sidecars.map(({ name, image }) => [name, image]),
      [[helper?.name, helper?.image]],
    );
  });

  const ownSecrets = async (): Promise<string[]> => {
    const cluster = await administrator();
    const secrets = await cluster.list<Listed>(SECRETS);
    return secrets
      .map(({ metadata }) => metadata.name)
      .filter((name) => /^httpd-(previous|new)-/.test(name))
      .sort();
  };

  /** What the deployer asked of Secrets, and what it was refused of anything. */
  function deployed(calls: readonly Call[]) {
    const own = calls.filter(({ user }) => user === DEPLOYER);
    const verbs = own.filter(({ resource }) => resource === "secrets").map(({ verb }) => verb);
    const refused = own.filter(({ status }) => status === 401 || status === 403);
    return { verbs: [...new Set(verbs)].sort(), refused };
  }

  it("keeps its Secrets through a promotion and the way back, and the deployer lists none", async () => {
    const first = await ownSecrets();
    assert.equal(first.length, 2);
    const calls = await callsDuring(() => promote("canary-75"));
    assert.deepEqual(deployed(calls).verbs, ["get"]);
    // Server-side apply makes an object by a patch, which is refused without create; the provider may look at it first.
    assert.deepEqual([...new Set([...deployed(founding).verbs, "get"])].sort(), ["get", "patch"]);
    assert.deepEqual([...deployed(calls).refused, ...deployed(founding).refused], []);
    assert.deepEqual(await ownSecrets(), first);
    const { exitCode, stdout, stderr } = await canary(project, "rollback", "--yes");
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
    said += stdout + stderr;
    assert.deepEqual(await ownSecrets(), first);
  });

  it("shows its secret in no state, plan, file or line", async () => {
    const encoded = Buffer.from(TOKEN).toString("base64");
    for (const stage of ["canary-25", "canary-75"]) {
      const exported = await typed("stack", "export", "--stack", stage);
      const outputs = await typed("stack", "output", "--json", "--stack", stage);
      const preview = await typed("preview", "--diff", "--stack", stage);
      for (const text of [exported, outputs, preview])
        assert.ok(!text.includes(TOKEN) && !text.includes(encoded), stage);
    }
    assert.ok(!said.includes(TOKEN) && !said.includes(encoded), said);
    const { stdout } = await canary(project, "preview", "canary-75", "--json");
    assert.ok(!stdout.includes(TOKEN) && !stdout.includes(encoded), stdout);
  });

  it("has its canary taken out by an abort, from a stage that was not applied before", async () => {
    const { exitCode, stdout, stderr } = await canary(project, "abort", "--reason", "a test", "--yes");
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
    assert.equal((await (await ask("/version.txt")).text()).trim(), "2.4.18");
    assert.equal((await ask("/version.txt")).headers.get("x-greeting"), `hello, ${TOKEN}`);
    await promote("canary-25");
  });

  it("is refused in a stage that lacks its secret, with what to type, and nothing is changed", async () => {
    await typed("stack", "init", "canary-100");
    await promote("canary-75");
    const { exitCode, stdout, stderr } = await canary(project, "promote", "canary-100", "--yes");
    assert.notEqual(exitCode, 0);
    assert.match(
      stdout + stderr,
      /app\.secrets\.TOKEN is secrets\.token, which Pulumi\.canary-100\.yaml does not have/,
    );
    assert.match(stdout + stderr, /pulumi config set --secret --path secrets\.token --stack canary-100/);
  });
});
