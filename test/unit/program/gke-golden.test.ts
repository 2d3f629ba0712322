import { describe, it } from "mocha";
import { GKE, gkeFoundation, LICENSE } from "../../support/program/gke-stages.ts";
import { matchesGolden } from "../../support/program/golden.ts";
import { runStage } from "../../support/program/mocks.ts";
import { committedStage } from "../../support/program/stages.ts";

/** The foundation on clusters that it makes: everything that it registers, as JSON. */
describe("golden objects of the foundation on GKE", function () {
  this.timeout(20_000);

  it("zonal, with the walkthrough's three nodes and nothing else said", async () => {
    const run = await runStage(gkeFoundation());
    await matchesGolden("gke-zonal", run.resources);
  });

  it("regional, with a licence, TLS, a private registry and hosted runners", async () => {
    const cluster = {
      ...GKE,
      location: "europe-west3",
      endpoint: { kind: "dns" },
      nodes: { machineType: "e2-standard-4", maxPerZone: 3 },
      maintenance: {
        days: ["SU"],
        hours: 12,
        exclusions: [{ name: "release", from: "2026-12-01T00:00:00Z", until: "2026-12-08T00:00:00Z" }],
      },
      artifactRegistry: [{ location: "europe-west3", name: "images" }],
    };
    const run = await runStage(
      gkeFoundation(cluster, {
        voyagerLicense: LICENSE,
        app: { ...(committedStage("foundation").app as object), pullSecret: "registry" },
        registryCredentials: { server: "registry.example.com", username: "puller", password: "not-for-eyes" },
        edge: {
          host: "www.example.com",
          tls: { secret: "www-example-com" },
          allowedRanges: ["203.0.113.0/24"],
          resources: {
            requests: { cpu: "100m", memory: "64Mi" },
            limits: { cpu: "1", memory: "256Mi" },
          },
        },
      }),
    );
    await matchesGolden("gke-regional", run.resources);
  });

  it("Autopilot", async () => {
    const run = await runStage(gkeFoundation({ ...GKE, mode: "autopilot", location: "europe-west3" }));
    await matchesGolden("gke-autopilot", run.resources);
  });
});
