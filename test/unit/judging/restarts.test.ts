import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ApiError } from "../../../src/cluster/api.ts";
import { UserError } from "../../../src/errors.ts";
import { DEFAULTS } from "../../../src/gate/parameters.ts";
import { countFrom, type PodsNow, watchRestarts } from "../../../src/judging/restarts.ts";
import { soak } from "../../../src/judging/soak.ts";

const pods = (canary: readonly [name: string, restarts: number][], previous: typeof canary = []): PodsNow => {
  const named = (all: typeof canary) => all.map(([name, restarts]) => ({ name, restarts }));
  return { canary: named(canary), previous: named(previous) };
};

describe("restarts since a soak began", () => {
  it("leave out what a pod had before, count those of a new pod, and keep those of one that is gone", () => {
    const counter = countFrom(pods([["a", 7]], [["p", 1]]));
    counter.add(pods([["a", 7]], [["p", 1]]), 5);
    assert.deepEqual(counter.counted(), {
      canary: { restarts: 0, podSeconds: 5 },
      previous: { restarts: 0, podSeconds: 5 },
    });
    counter.add(
      pods(
        [
          ["a", 9],
          ["b", 1],
        ],
        [["p", 1]],
      ),
      10,
    );
    counter.add(pods([["b", 1]], [["p", 2]]), 5);
    assert.deepEqual(counter.counted(), {
      canary: { restarts: 3, podSeconds: 30 },
      previous: { restarts: 1, podSeconds: 20 },
    });
  });

  it("are counted by the next look where pods cannot be read, and any other failure is one", async () => {
    const answers: (PodsNow | Error)[] = [new UserError("away", ""), pods([["a", 2]])];
    const look = watchRestarts({
      first: pods([["a", 0]]),
      read: async () => {
        const answer = answers.shift();
        if (answer instanceof Error || !answer) throw answer ?? new ApiError(403, "forbidden");
        return answer;
      },
    });
    assert.deepEqual((await look(5)).canary, { restarts: 0, podSeconds: 0 });
    assert.deepEqual((await look(10)).canary, { restarts: 2, podSeconds: 10 });
    await assert.rejects(look(15), ApiError);
  });

  it("are harm where the canary's pods restart again and again, though no request fails", async () => {
    let restarts = 0;
    let seconds = 0;
    const evidence = await soak(
      { name: "a data plane", read: async () => [{ seconds: seconds++, reading: {} }] },
      {
        leastSeconds: 0,
        mostSeconds: 100,
        parameters: DEFAULTS,
        signal: new AbortController().signal,
        lookSeconds: 0.001,
        pods: {
          first: pods([["a", 0]], [["p", 0]]),
          read: async () => pods([["a", restarts++]], [["p", 0]]),
        },
      },
    );
    assert.equal(evidence.decision, "harm");
    assert.equal(evidence.restarts?.canary.restarts, 2);
    assert.match(
      evidence.sentence,
      /^has pods that restarted 2 times in 0 pod-minutes, where previous' did 0 times/,
    );
  });
});
