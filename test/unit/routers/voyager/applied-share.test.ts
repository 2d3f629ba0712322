import assert from "node:assert/strict";
import { createServer } from "node:http";
import { afterEach, describe, it } from "mocha";
import { UserError } from "../../../../src/errors.ts";
import { evaluateStage } from "../../../../src/project/evaluate.ts";
import { appliedCanaryShare } from "../../../../src/routers/voyager/applied-share.ts";
import { fakeProject } from "../../../support/fakes.ts";
import { type Loopback, listenOnLoopback } from "../../../support/loopback.ts";

const servers: Loopback[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

/** Serves HAProxy's CSV with these servers, `backend,server,weight,status`. */
async function statistics(lines: readonly string[], status = 200): Promise<string> {
  const rows = lines.map((line) => `${line},2`);
  const csv = ["# pxname,svname,weight,status,type", "edge,FRONTEND,,OPEN,0", ...rows, ""].join("\n");
  const answer = createServer((_request, response) => response.writeHead(status).end(csv));
  const server = await listenOnLoopback(answer);
  servers.push(server);
  return `${server.url}/;csv`;
}

async function shareOf(lines: readonly string[]) {
  const { plan } = await evaluateStage(fakeProject(), "canary-25");
  return appliedCanaryShare(await statistics(lines), plan);
}

const PREVIOUS = "web,pod-shop-previous-6f7d9-aaaaa,75,UP";
const CANARY = "web,pod-shop-new-6f7d9-bbbbb,25,UP";

describe("appliedCanaryShare", () => {
  it("goes by the weights of both tracks' servers", async () => {
    assert.equal(await shareOf([PREVIOUS, CANARY]), 25);
  });

  it("leaves out servers that take no new connections, the preview entrance, and other applications' pods", async () => {
    const others = [
      "web,pod-shop-new-6f7d9-fffff,100,DRAIN",
      "web,pod-shop-new-6f7d9-ggggg,100,NOLB",
      "web,pod-shop-new-6f7d9-ccccc,100,DOWN 1/2",
      "web,pod-shop-new-6f7d9-ddddd,100,MAINT",
      "preview,pod-shop-new-6f7d9-bbbbb,100,UP",
      "web,pod-shop-new-admin-6f7d9-eeeee,100,UP",
    ];
    assert.equal(await shareOf([PREVIOUS, CANARY, ...others]), 25);
  });

  it("is unknown when no server takes traffic, and all when both tracks run the canary", async () => {
    assert.equal(await shareOf([PREVIOUS.replace("UP", "DOWN"), CANARY.replace("UP", "DOWN")]), undefined);
    const { plan } = await evaluateStage(fakeProject(), "canary-25");
    const { previous, canary } = plan.tracks;
    const tracks = { previous: { ...previous, version: canary.version }, canary };
    assert.equal(await appliedCanaryShare(await statistics([PREVIOUS, CANARY]), { ...plan, tracks }), 100);
  });

  it("refuses the statistics of another application's HAProxy", async () => {
    await assert.rejects(shareOf([]), /name no pod of shop-previous or shop-new/);
  });

  it("says where statistics cannot be read", async () => {
    const { plan } = await evaluateStage(fakeProject(), "canary-25");
    const url = await statistics([], 503);
    await assert.rejects(appliedCanaryShare(url, plan), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, `HAProxy's statistics at ${url} cannot be read: it answers 503`);
      return true;
    });
  });
});
