import { createServer } from "node:http";
import { applicationIn } from "../../src/application/application.ts";
import { configMapPath, deploymentPath } from "../../src/cluster/objects.ts";
import type { Change } from "../../src/engine/changes.ts";
import type { RunOptions, Stack, StateResource } from "../../src/engine/stacks.ts";
import { releaseToAbort } from "../../src/model/lifecycle.ts";
import { appNames, type TrackName } from "../../src/model/names.ts";
import type { TrackPlan } from "../../src/model/plan.ts";
import { recordAfter, toData } from "../../src/model/record.ts";
import type { Operator } from "../../src/operations/operator.ts";
import { type EvaluatedStage, evaluateStage } from "../../src/project/evaluate.ts";
import type { VerificationOptions } from "../../src/verification/options.ts";
import { FakeApi, fakeProject, NAMESPACE } from "./fakes.ts";
import { type Loopback, listenOnLoopback } from "./loopback.ts";

const NAMES = appNames("shop", NAMESPACE);
const DEPLOYER = "urn:pulumi:stack::shop::pulumi:providers:kubernetes::deployer::id";

type Track = TrackPlan & { readonly track: TrackName };

/** An application in a cluster, an engine that changes it, and an edge that follows it: all in memory. */
export class FakeWorld implements Operator {
  project: Operator["project"];
  readonly api = new FakeApi();
  /** What the engine was told to do, `apply canary-25`. */
  readonly engine: string[] = [];
  /** States that were asked for, `canary-25 encrypted`. */
  readonly asked: string[] = [];
  /** Called in the middle of an apply, when the canary's Deployment is written and nothing else. */
  halfway: (stage: string, run: RunOptions) => Promise<void> = async () => undefined;
  /** Called before the engine answers. */
  begin: (operation: string) => void = () => undefined;
  /** The stage whose canary never gets ready, or whose canary restarts. */
  broken: string | undefined;
  restarting: string | undefined;
  /** How often each pod was restarted so far, by its name. */
  readonly restarts = new Map<string, number>();
  /** Stacks whose state is gone from the backend. */
  readonly lost = new Set<string>();
  private readonly states = new Map<string, readonly StateResource[]>();
  private readonly edges: Loopback[] = [];
  /** Percent of its answers that the edge takes from the canary. */
  share = 0;

  constructor(project = fakeProject()) {
    this.project = project;
    this.api.put(`/api/v1/namespaces/${NAMESPACE}`, { metadata: { name: NAMESPACE } });
  }

  /** Whether the foundation was applied. */
  isFounded = true;

  cluster = async (): Promise<FakeApi | undefined> => (this.isFounded ? this.api : undefined);
  administrator = async (): Promise<FakeApi> => this.api;

  stacks = {
    open: async (name: string): Promise<Stack> => this.stack(name),
    stateOf: async (name: string, secrets: "encrypted" | "in clear") => {
      this.asked.push(`${name} ${secrets}`);
      return this.lost.has(name) ? undefined : this.stack(name).exportState();
    },
  };

  /** Applies the foundation: its state, and what the API server serves. */
  async found({ keepsNamespace = false } = {}): Promise<void> {
    this.isFounded = true;
    const type = "kubernetes:core/v1:Namespace";
    const urn = `urn:pulumi:foundation::shop::${type}::tenancy`;
    this.states.set("foundation", [{ urn, type, id: NAMESPACE, retainOnDelete: keepsNamespace }]);
    const configMap = { name: "configmaps", kind: "ConfigMap", namespaced: true, verbs: ["list", "delete"] };
    this.api.put("/apis", { metadata: { name: "apis" }, groups: [] });
    this.api.put("/api/v1", { metadata: { name: "v1" }, resources: [configMap] });
  }

  /** Brings stages about, one after the other, and forgets that. */
  async at(...stages: readonly string[]): Promise<this> {
    for (const stage of stages) await this.stack(stage).apply();
    this.engine.length = 0;
    return this;
  }

  history = () => applicationIn(this.api, this.project.config).history();
  liveRecord = () => applicationIn(this.api, this.project.config).record();
  liveStage = async () => (await this.liveRecord())?.stage;

  /** Starts the edge: it answers by the shares that were applied last. */
  async verification(): Promise<VerificationOptions> {
    let count = 0;
    const server = createServer((_request, response) => {
      const isCanary = Math.floor(((count + 1) * this.share) / 100) > Math.floor((count * this.share) / 100);
      count++;
      const { previous, canary } = this.project.config.release;
      response.end(isCanary ? canary : previous);
    });
    const edge = await listenOnLoopback(server);
    this.edges.push(edge);
    return { requests: 200, precision: 5, url: edge.url, rule: {} };
  }

  async close(): Promise<void> {
    await Promise.all(this.edges.map((edge) => edge.close()));
  }

  private stack(name: string): Stack {
    const told = (operation: string) => {
      this.engine.push(`${operation} ${name}`);
      this.begin(operation);
    };
    return {
      name,
      preview: async () => {
        told("preview");
        return name === this.project.config.founding ? [] : this.changes(name);
      },
      apply: async (run = {}) => {
        told("apply");
        if (name === this.project.config.founding) {
          await this.found();
          return [];
        }
        const changes = await this.changes(name);
        for (const change of changes) run.onChange?.(change);
        await this.apply(await this.evaluated(name), run);
        return changes;
      },
      destroy: async () => {
        told("destroy");
        this.states.delete(name);
      },
      cancel: async () => told("cancel"),
      unprotect: async () => told("unprotect"),
      exportState: async () => ({ version: 3, deployment: { resources: this.states.get(name) ?? [] } }),
      importState: async ({ deployment }) => {
        told("import");
        this.states.set(name, deployment.resources ?? []);
      },
    };
  }

  /** As the program does it: an abort keeps the version that is live. */
  private async evaluated(name: string): Promise<EvaluatedStage> {
    const { abort, release } = this.project.config;
    const live = await this.liveRecord();
    return evaluateStage(
      this.project,
      name,
      name === abort ? { release: releaseToAbort(release, live) } : undefined,
    );
  }

  private async changes(stage: string): Promise<Change[]> {
    const live = await this.liveStage();
    if (live === stage) return [];
    const path = 'spec.template.metadata.annotations["ingress.appscode.com/backend-weight"]';
    return [{ object: "Deployment shop-new", operation: "update", path, from: live, to: stage }];
  }

  private async apply({ stage, config, plan }: EvaluatedStage, run: RunOptions): Promise<void> {
    const isBroken = stage === this.broken;
    const restarts = stage === this.restarting ? 2 : 0;
    const of = (track: TrackName): Track => ({ ...plan.tracks[track], track });
    this.deploy(of("canary"), !isBroken, restarts);
    await this.halfway(stage, run);
    this.deploy(of("previous"), true, 0);
    const { intended, effectiveCanary } = plan;
    const override = config.lifecycleOverride ?? "";
    const aborted = stage === config.abort ? (run.abort ?? { by: "", reason: "" }) : undefined;
    const move = { stage, release: config.release, intended, effectiveCanary, override, aborted };
    const record = recordAfter(move, await this.liveRecord());
    const metadata = { name: NAMES.record };
    this.api.put(configMapPath(NAMESPACE, NAMES.record), { metadata, data: toData(record) });
    this.share = effectiveCanary;
    const urn = `urn:pulumi:${stage}::shop::kubernetes:apps/v1:Deployment::shop-new`;
    const object = { urn, type: "kubernetes:apps/v1:Deployment", id: "web/shop-new", provider: DEPLOYER };
    this.states.set(stage, [{ ...object, retainOnDelete: true }]);
  }

  private deploy({ name, image, labels, annotations, replicas }: Track, isReady: boolean, restarts: number) {
    const template = { metadata: { labels, annotations }, spec: { containers: [{ image }] } };
    const stuck = { type: "Progressing", reason: "ProgressDeadlineExceeded", message: "it made no progress" };
    this.api.put(deploymentPath(NAMESPACE, name), {
      metadata: { name, generation: 1 },
      spec: { replicas, template },
      status: {
        observedGeneration: 1,
        ...{ replicas, updatedReplicas: replicas, availableReplicas: isReady ? replicas : 0 },
        conditions: isReady ? [] : [stuck],
      },
    });
    const set = `${name}-6f7d9`;
    const owners = (kind: string, owner: string) => ({ ownerReferences: [{ kind, name: owner }] });
    this.api.put(`/apis/apps/v1/namespaces/${NAMESPACE}/replicasets/${set}`, {
      metadata: { name: set, ...owners("Deployment", name) },
    });
    const pod = `${set}-x2k4p`;
    this.restarts.set(pod, (this.restarts.get(pod) ?? 0) + restarts);
    this.api.put(`/api/v1/namespaces/${NAMESPACE}/pods/${pod}`, {
      metadata: { name: pod, labels, annotations, ...owners("ReplicaSet", set) },
      spec: { containers: [{ image }] },
      status: {
        phase: "Running",
        conditions: [{ type: "Ready", status: isReady ? "True" : "False" }],
        containerStatuses: [{ restartCount: this.restarts.get(pod) }],
      },
    });
  }
}
