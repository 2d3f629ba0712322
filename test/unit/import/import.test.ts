import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "mocha";
import { contentOf } from "../../../src/components/pod/content.ts";
import { podSpec } from "../../../src/components/pod/pod.ts";
import { importApplication } from "../../../src/import/app.ts";
import { deploymentIn, type Manifest, manifestsIn } from "../../../src/import/manifest.ts";
import { requireImported } from "../../../src/program/imported.ts";
import { differing, type PodSpec, viewOf } from "./view.ts";

const FOLDER = join(import.meta.dirname, "manifests");
const FILES = readdirSync(FOLDER).map((file) => basename(file, ".yaml"));

function read(name: string) {
  const manifests = manifestsIn(readFileSync(join(FOLDER, `${name}.yaml`), "utf8"), `${name}.yaml`);
  const deployment = deploymentIn(manifests, undefined, name);
  const others = manifests.filter((one) => one !== deployment);
  return { deployment, others, ...importApplication(deployment, others) };
}

const podOf = ({ content }: Manifest) => (content.spec as { template: { spec: PodSpec } }).template.spec;

/** The given pod and the one that is declared, as those in them see them, and where they differ. */
async function differences(name: string): Promise<string[]> {
  const { deployment, others, app, version } = read(name);
  const args = await requireImported(app, version);
  const content = contentOf(args);
  const given = podOf(deployment);
  const configMaps = (wanted: string) => {
    const found = others.find(({ kind, name: own }) => kind === "ConfigMap" && own === wanted);
    return found?.content.data as Record<string, string> | undefined;
  };
  const ofOurs = (wanted: string) => (wanted === content?.name ? content.data : configMaps(wanted));
  const served = SERVED[name] ?? given.containers[0]?.name ?? "";
  const before = viewOf(given, configMaps, served);
  const after = viewOf(podSpec(args) as PodSpec, ofOurs, args.app.name);
  return differing(before, after).filter((path) => !ADDED.some((pattern) => pattern.test(path)));
}

const SERVED: Readonly<Record<string, string>> = { sidecars: "orders" };

/** What this program says of every pod. */
const ADDED: readonly RegExp[] = [
  /^(automountServiceAccountToken|enableServiceLinks|topologySpreadConstraints|restartPolicy|dnsPolicy|schedulerName|serviceAccount)$/,
  /^terminationGracePeriodSeconds$/,
  /^groups\.(runAsGroup|fsGroup)$/,
  /^containers\.[^.]+\.(imagePullPolicy|drain|terminationMessage\w+)$/,
];

const served = (...keys: readonly string[]): string[] => keys.map((key) => `containers.served.${key}`);

/** Where a pod differs beyond that, and has to. */
const DIFFERENT: Readonly<Record<string, readonly string[]>> = {
  // No resources, and no probe to be ready by.
  web: served("readinessProbe", "resources"),
  configured: served("readinessProbe", "resources.requests"),
  java: served("resources.limits.cpu"),
  // Probes ask ports that it does not declare; a path that begins with none gets its slash from the kubelet.
  dns: served("ports", "readinessProbe.httpGet.path"),
  // What the Pod Security Standard forbids.
  rooted: [...served("added", "readinessProbe", "security.privileged", "user"), "hostNetwork"],
};

/** What is said of each, besides what is said of most. */
const NOTES: Readonly<Record<string, readonly RegExp[]>> = {
  web: [
    /resources\.limits\.memory was not set: 1Gi is a guess/,
    /no readiness probe/,
    /^replicas: 3 is for the stages/,
  ],
  api: [/^Secret api-db is not taken/, /^strategy is left out/],
  configured: [/^the container main is named configured/],
  sidecars: [/^the container proxy becomes a sidecar/],
  java: [/^app\.resources\.limits\.cpu was not set/, /^port 8080 is taken for the one that is served/],
  rooted: [
    /^app is not privileged/,
    /^app is not run as root/,
    /^app is not given the capability NET_ADMIN/,
    /^app: port 80 is not taken to the node/,
    /^lifecycle\.preStop is left out/,
    /^hostNetwork is left out/,
  ],
  dns: [/^app: port 8181 is declared, since a probe asks it$/],
  helm: [
    /^the application is named a-release-with-a-name-of-many-words-port: .* it was a-release\S+-portal$/,
    /^the container portal is named a-release/,
    /^port 8443 seems to have TLS/,
    /^app\.startSeconds is 3600, and not 6000/,
    /^app\.initContainers\[0\] \(migrate\) runs the application's own image, and stays at registry\.test:5000\/portal:7\.1/,
    /^app\.labels has app\.kubernetes\.io\/version, which is 7\.1 in every version/,
    /^Job portal-check- is not taken$/,
  ],
  udp: [/^port 8088 is taken for the one that is served/],
};

describe("the pods of an imported Deployment", () => {
  it("are tried on a dozen manifests", () => assert.ok(FILES.length >= 12, String(FILES.length)));

  for (const name of FILES) {
    it(`equal the given ones but for what the program adds: ${name}`, async () => {
      assert.deepEqual((await differences(name)).sort(), DIFFERENT[name] ?? []);
      const { notes } = read(name);
      for (const note of NOTES[name] ?? [])
        assert.ok(
          notes.some((said) => note.test(said)),
          `${note} in\n${notes.join("\n")}`,
        );
    });
  }
});

describe("an imported application", () => {
  it("has the files of ConfigMaps beside it, and keeps as volumes what is more than texts", () => {
    const { files, mounts } = read("configured").app as Record<string, unknown>;
    assert.deepEqual(files, {
      "/etc/app/main.conf": "workers = 4\n",
      "/bin/run.sh": { text: "#!/bin/sh\nexec /app\n", mode: "0755" },
    });
    assert.deepEqual(mounts, { "/tmp": "content-volume" });
    // {version} in a file of app would be replaced.
    assert.deepEqual(read("list").app.volumes, { html: { configMap: { name: "pages" } } });
  });

  it("runs as the user that is named, else as the image's own, and never as root", () => {
    assert.deepEqual(
      ["dns", "web", "rooted"].map((name) => read(name).app.runAsUser),
      [1000, "image", undefined],
    );
  });

  it("names the version that runs, by tag or digest", () => {
    assert.equal(read("exported").version, "11");
    assert.equal(read("exported").app.image, "registry.test:5000/portal");
    assert.match(read("api").version ?? "", /^sha256:0123/);
  });

  it("has both protocols of a port, modes as Kubernetes reads them, and is spread as it was", () => {
    const { ports, volumes, pod } = read("dns").app as Record<string, unknown>;
    assert.deepEqual(ports, [
      { name: "dns", port: 53, protocol: "UDP" },
      { name: "metrics", port: 9153 },
      { name: "port-8181", port: 8181 },
      { name: "port-8080", port: 8080 },
    ]);
    assert.deepEqual((volumes as Record<string, unknown>).keys, {
      secret: { secretName: "dns-keys", defaultMode: 0o440 },
    });
    const [spread] = (pod as { topologySpreadConstraints: { topologyKey: string }[] })
      .topologySpreadConstraints;
    assert.equal(spread?.topologyKey, "topology.kubernetes.io/zone");
  });

  it("has variables in an order in which they still refer to each other", () => {
    const manifests = manifestsIn(
      readFileSync(join(FOLDER, "java.yaml"), "utf8")
        .replace("name: ZONE, value", "name: zone, value")
        .replace("$(ZONE)", "$(zone)"),
      "java.yaml",
    );
    const { app, notes } = importApplication(deploymentIn(manifests, undefined, ""), []);
    assert.deepEqual(app.env, { zone: "eu" });
    assert.match(JSON.stringify(app.pod), /"env":\[\{"name":"JAVA_OPTS","value":"-Dzone=\$\(zone\)"\}\]/);
    assert.ok(notes.some((note) => /^app\.env\.JAVA_OPTS refers to a variable/.test(note)));
  });

  it("is refused without a Deployment, with several, without a port, or as no YAML", () => {
    const text = readFileSync(join(FOLDER, "web.yaml"), "utf8");
    const imported = (edited: string, name?: string) => {
      const manifests = manifestsIn(edited, "a.yaml");
      return importApplication(deploymentIn(manifests, name, "a.yaml"), []);
    };
    assert.throws(
      () => imported(text.replace("kind: Deployment", "kind: StatefulSet")),
      /a\.yaml has no Deployment, but StatefulSet web\n/,
    );
    const two = `${text}\n---\n${text.replace("name: web,", "name: other,")}`;
    assert.throws(() => imported(two), /a\.yaml has several Deployments: web, other/);
    assert.equal(imported(two, "other").app.name, "other");
    assert.throws(() => imported(two, "third"), /a\.yaml has no Deployment third, but web, other/);
    assert.throws(
      () => imported(text.replace(/ports:.*/, "")),
      /no container of Deployment web says which port/,
    );
    assert.throws(() => imported("a: ["), /a\.yaml is no YAML/);
    assert.throws(() => imported("a: 1"), /document 1 of a\.yaml is no Kubernetes object/);
  });
});
