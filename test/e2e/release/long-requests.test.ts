import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { edgeUrl } from "../../../src/verification/address.ts";
import { until } from "../../support/until.ts";
import { administrator, makeProject, type TestProject } from "../support/environment.ts";
import {
  type Ended,
  eventStream,
  LONG_REQUESTS,
  type LongRequest,
  slowAnswer,
  webSocket,
} from "../support/long-clients.ts";
import { moveTo } from "../support/move.ts";
import { TEST_APPLICATION } from "../support/test-application.ts";

const NAMESPACE = "e2e-long";
const DRAIN_SECONDS = 4;
/** A pod is killed so long after its drain: `terminationGracePeriodSeconds` of the Deployments. */
const AFTER_DRAIN_SECONDS = 10;
/** For the kubelet to act and the cut to arrive. */
const SLACK_MS = 4000;

/** Longer than any drain here, shorter than HAProxy's timeout for a server, 50 s. */
const TOO_LONG_SECONDS = 45;
const WITHIN_SECONDS = 2;
const EVERY_MS = 500;

const APP = {
  ...TEST_APPLICATION,
  resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
  drainSeconds: DRAIN_SECONDS,
};

interface Pod {
  readonly metadata: {
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
  };
}

describe("long requests while a stage is promoted", function () {
  this.timeout(240_000);
  let project: TestProject;
  let url: string;

  before(async () => {
    project = await makeProject(NAMESPACE);
    await project.edit("Pulumi.yaml", { app: APP, release: { previous: "1.0.0", canary: "2.0.0" } });
    await moveTo(project, "canary-25");
    const operator = await project.operator();
    const api = await operator.cluster();
    assert.ok(api);
    const config = await operator.project.stage("canary-25");
    await until(async () => {
      url = await edgeUrl(api, config).catch(() => "");
      return url !== "" && (await fetch(url).catch(() => undefined))?.ok === true;
    });
  });

  it("come to their end when they take less than drainSeconds; longer ones are cut, and not before", async () => {
    const tooLong = [slowAnswer, eventStream, webSocket].map((begin) => begin(url, TOO_LONG_SECONDS));
    const streams = Object.entries(LONG_REQUESTS).map(([name, begin]) => steadily(name, begin));
    await moveTo(project, "canary-75");
    const deletions = await deletionsBegan();
    const cut = await Promise.all(tooLong);
    for (const { name, stop } of streams) {
      const ended = await stop();
      assert.ok(ended.length > 10, `${name}: only ${ended.length} were begun`);
      assert.deepEqual(failuresOf(ended), [], name);
    }
    assert.equal(deletions.length, 2, "both pods were made anew");
    const first = Math.min(...deletions) + 1000 * DRAIN_SECONDS;
    const last = Math.max(...deletions) + 1000 * (DRAIN_SECONDS + AFTER_DRAIN_SECONDS) + SLACK_MS;
    for (const { failure, at } of cut) {
      assert.ok(failure !== undefined, "what takes longer than the drain is cut");
      assert.ok(at >= first, `cut ${first - at} ms before its pod had drained`);
      assert.ok(at <= last, `cut ${at - last} ms after its pod was to be gone`);
    }
  });

  /** Begins one such request each half second until it is stopped, and then waits for all of them. */
  function steadily(name: string, begin: LongRequest) {
    const begun: Promise<Ended>[] = [];
    const timer = setInterval(() => begun.push(begin(url, WITHIN_SECONDS)), EVERY_MS);
    return {
      name,
      stop: () => {
        clearInterval(timer);
        return Promise.all(begun);
      },
    };
  }

  const failuresOf = (ended: readonly Ended[]): string[] =>
    ended.flatMap(({ failure, began, at }) =>
      failure === undefined ? [] : `${failure} after ${at - began} ms`,
    );

  /** When the pods that are on their way out were told to go, in milliseconds since 1970. */
  async function deletionsBegan(): Promise<number[]> {
    const api = await administrator();
    const pods = await api.list<Pod>(`/api/v1/namespaces/${NAMESPACE}/pods`);
    return pods.flatMap(({ metadata: { deletionTimestamp, deletionGracePeriodSeconds = 0 } }) =>
      deletionTimestamp === undefined
        ? []
        : Date.parse(deletionTimestamp) - 1000 * deletionGracePeriodSeconds,
    );
  }
});
