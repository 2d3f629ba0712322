import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, it } from "mocha";
import { GKE, GOOGLE, gkeFoundation, LICENSE, outputValue } from "../../support/program/gke-stages.ts";
import { type Registered, runStage, type StageRun } from "../../support/program/mocks.ts";
import { committedStage, VOYAGER_INSTALLED } from "../../support/program/stages.ts";

type Json = Record<string, unknown>;

function only(run: StageRun, type: string, name?: string): Registered {
  const found = run.resources.filter((one) => one.type === type && (name === undefined || one.name === name));
  assert.equal(found.length, 1, `${type} ${name ?? ""}: ${found.length}`);
  return found[0] as Registered;
}

const specOf = ({ inputs }: Registered) => (inputs as { spec: Json }).spec;

describe("the foundation on GKE", function () {
  this.timeout(20_000);

  it("needs no cluster for its first update, and has no application", async () => {
    const { resources } = await runStage(gkeFoundation());
    const application = resources.filter(({ type }) => /Deployment$|:Track$|ReleaseRecord$/.test(type));
    assert.deepEqual(application, []);
  });

  it("looks at a cluster that it made as the deployer, once it was applied", async () => {
    const setting = (cluster: Readonly<Record<string, unknown>>) => ({
      ...gkeFoundation(),
      stacks: { foundation: { deployerKubeconfig: "the harness's own" } },
      cluster,
    });
    const path = "/api/v1/namespaces/httpdcanary";
    const keeps = async (labels: Json) => {
      const run = await runStage(setting({ [path]: { metadata: { name: "httpdcanary", labels } } }));
      return only(run, "kubernetes:core/v1:Namespace").retainOnDelete;
    };
    assert.equal(await keeps({ "canary-stages/made-here": "true" }), false);
    assert.equal(await keeps({}), true);
  });

  it("exports the kubeconfig as a secret, and the address of the edge", async () => {
    const { outputs } = await runStage(gkeFoundation());
    const kubeconfig = JSON.parse(await outputValue(outputs.deployerKubeconfig)) as {
      clusters: { cluster: Json }[];
      users: { user: Json }[];
    };
    assert.deepEqual(kubeconfig.clusters[0]?.cluster, {
      server: "https://198.51.100.10",
      "certificate-authority-data": Buffer.from("cluster authority").toString("base64"),
    });
    assert.deepEqual(kubeconfig.users[0]?.user, { token: "deployer-token" });
    assert.equal(await outputValue(outputs.edgeAddress), "198.51.100.20");
  });

  it("gives the administrator no credential, only Google's plugin, and TLS verified", async () => {
    const run = await runStage(gkeFoundation());
    const { inputs } = only(run, "pulumi:providers:kubernetes", "cluster-administrator");
    const { users, clusters } = JSON.parse(inputs.kubeconfig as string) as {
      users: { user: Json }[];
      clusters: { cluster: Json }[];
    };
    assert.deepEqual(Object.keys(users[0]?.user ?? {}), ["exec"]);
    assert.ok(clusters[0]?.cluster["certificate-authority-data"]);
  });

  it("goes to the DNS name, with a public certificate, where that is the endpoint", async () => {
    const run = await runStage(gkeFoundation({ ...GKE, endpoint: { kind: "dns" } }));
    const { inputs } = only(run, "pulumi:providers:kubernetes", "cluster-administrator");
    const { clusters } = JSON.parse(inputs.kubeconfig as string) as { clusters: { cluster: Json }[] };
    assert.deepEqual(clusters[0]?.cluster, { server: "https://gke-0123.europe-west3.gke.goog" });
  });

  it("protects the cluster and the address until deletionProtection is off, and never the pool", async () => {
    const protectedTypes = async (cluster: Json) =>
      (await runStage(gkeFoundation(cluster))).resources
        .filter(({ type, protect }) => protect && type.startsWith("gcp:"))
        .map(({ type }) => type)
        .sort();
    assert.deepEqual(await protectedTypes(GKE), [
      "gcp:compute/address:Address",
      "gcp:container/cluster:Cluster",
    ]);
    assert.deepEqual(await protectedTypes({ ...GKE, deletionProtection: false }), []);
  });

  it("gives the node pool no name, so that a new one can be there before the old one goes", async () => {
    const run = await runStage(gkeFoundation());
    assert.equal("name" in only(run, "gcp:container/nodePool:NodePool").inputs, false);
  });

  it("opens the ports that the edge listens on, and no other", async () => {
    const ports = async (others: Json) => {
      const run = await runStage(gkeFoundation(GKE, others));
      return only(run, "gcp:compute/firewall:Firewall").inputs.allows;
    };
    assert.deepEqual(await ports({}), [{ protocol: "tcp", ports: ["80"] }]);
    assert.deepEqual(await ports({ edge: { host: "www.example.com", tls: { secret: "www" } } }), [
      { protocol: "tcp", ports: ["80", "443"] },
    ]);
  });

  it("has every resource under a component, with a provider of its own", async () => {
    const run = await runStage(gkeFoundation());
    const urns = run.resources.map(({ urn }) => urn);
    assert.equal(new Set(urns).size, urns.length);
    for (const { urn, type } of run.resources.filter(({ type }) => type.startsWith("gcp:"))) {
      assert.match(urn, /canary-stages:index:Gke\w+\$/, type);
    }
  });
});

describe("Voyager in the foundation", function () {
  this.timeout(20_000);

  it("is waited for with a licence, and not without one", async () => {
    const found = async (others: Json) => {
      const run = await runStage(gkeFoundation(GKE, others));
      return { release: only(run, "kubernetes:helm.sh/v3:Release"), warnings: run.warnings };
    };
    const licensed = await found({ voyagerLicense: LICENSE });
    assert.equal(licensed.release.inputs.skipAwait, false);
    assert.deepEqual(licensed.release.secrets, ["values.license"]);
    assert.deepEqual(licensed.warnings, []);
    const unlicensed = await found({});
    assert.equal(unlicensed.release.inputs.skipAwait, true);
    assert.match(unlicensed.warnings.join(), /^Voyager has no licence/);
  });

  it("is installed in an existing cluster too, without a cloud's name", async () => {
    const run = await runStage({
      stack: "foundation",
      config: {
        ...committedStage("foundation"),
        cluster: { kind: "kubeconfig", context: "test", voyager: {} },
      },
    });
    const { values } = only(run, "kubernetes:helm.sh/v3:Release").inputs as { values: Json };
    assert.equal(values.cloudProvider, "");
  });

  it("leaves the certificate to cert-manager, which a new cluster does not have", async () => {
    const edge = { host: "www.example.com", tls: { secret: "www", issuer: { name: "letsencrypt" } } };
    await assert.rejects(
      runStage(gkeFoundation(GKE, { edge })),
      /a new cluster does not serve cert-manager\.io\/v1/,
    );
    const run = await runStage({
      stack: "foundation",
      config: { ...committedStage("foundation"), edge },
      cluster: { "/apis/cert-manager.io/v1": { kind: "APIResourceList" } },
    });
    const certificate = only(run, "kubernetes:cert-manager.io/v1:Certificate");
    assert.deepEqual(specOf(certificate), {
      secretName: "www",
      dnsNames: ["www.example.com"],
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "letsencrypt" },
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    });
  });
});

describe("a stage on GKE", function () {
  this.timeout(20_000);
  const later = {
    stack: "canary-75",
    config: committedStage("canary-75"),
    cluster: VOYAGER_INSTALLED,
    stacks: { foundation: { deployerKubeconfig: "the harness's own", edgeAddress: "198.51.100.20" } },
    provides: GOOGLE,
  };

  for (const key of ["cluster", "voyagerLicense", "registryCredentials"]) {
    it(`refuses ${key}, which is the foundation's`, async () => {
      const credentials = { server: "registry.example.com", username: "a", password: "b" };
      const values = { cluster: GKE, voyagerLicense: LICENSE, registryCredentials: credentials }[key];
      await assert.rejects(
        runStage({ ...later, config: { ...later.config, [key]: values } }),
        new RegExp(`${key} stands in a stage's configuration, but belongs to the stack foundation`),
      );
    });
  }

  it("gives the edge the address that the foundation reserved", async () => {
    const live = {
      stage: "canary-25",
      previous: "2.4.18",
      canary: "2.4.20",
      trafficPrevious: "75",
      trafficCanary: "25",
      effectiveCanary: "25",
      reached: "canary-25",
      liveVersion: "2.4.18",
      override: "",
    };
    const record = { "/api/v1/namespaces/httpdcanary/configmaps/httpd-release": { data: live } };
    const run = await runStage({ ...later, cluster: { ...later.cluster, ...record } });
    const { metadata } = only(run, "kubernetes:voyager.appscode.com/v1:Ingress").inputs as {
      metadata: { annotations: Json };
    };
    assert.equal(metadata.annotations["ingress.appscode.com/load-balancer-ip"], "198.51.100.20");
    assert.deepEqual(
      run.resources.filter(({ type }) => type.startsWith("gcp:") || type.includes("helm")),
      [],
    );
  });

  it("never loads Google's SDK", async () => {
    const script = `
      import { createRequire } from "node:module";
      await import("./src/index.ts");
      const loaded = Object.keys(createRequire(import.meta.url).cache);
      const count = (name) => loaded.filter((file) => file.includes(name)).length;
      console.log(JSON.stringify({ google: count("@pulumi/gcp"), kubernetes: count("@pulumi/kubernetes") }));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", script],
      { cwd: new URL("../../../", import.meta.url) },
    );
    const { google, kubernetes } = JSON.parse(stdout) as { google: number; kubernetes: number };
    assert.equal(google, 0);
    assert.ok(kubernetes > 0, "the count of loaded files sees nothing");
  });
});
