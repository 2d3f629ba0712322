import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { possibilities, withReason } from "../../../../src/page/client/model/actions.ts";
import { announcements } from "../../../../src/page/client/model/announcements.ts";
import { byObject } from "../../../../src/page/client/model/changes.ts";
import { figuresOf } from "../../../../src/page/client/model/figures.ts";
import { filtered } from "../../../../src/page/client/model/history.ts";
import { noticesOf } from "../../../../src/page/client/model/notices.ts";
import { byTrouble } from "../../../../src/page/client/model/pods.ts";
import type { PageState } from "../../../../src/page/contract.ts";
import { PREVIEW } from "../../../support/page/preview.ts";
import { entry, pod, released } from "../../../support/page/release.ts";
import { ACTION, STATES, type StateName } from "../../../support/page/states.ts";

const liveOf = ({ status }: PageState) => {
  assert.ok(status?.live);
  return status.live;
};

describe("the four numbers", () => {
  const wordsOf = (changed: object, move: object = {}) => {
    const live = liveOf(released("canary-75"));
    const { previous, canary } = live.shares;
    const shares = { previous, canary: { ...canary, ...changed } };
    return figuresOf({ ...live, shares, move: entry("canary-75", 10, move) }).map(({ word, fits }) => [
      word,
      fits,
    ]);
  };

  it("fit the first one where they are near it", () => {
    assert.deepEqual(wordsOf({}), [
      ["asked for", null],
      ["fits", true],
      ["fits", true],
      ["fits", true],
    ]);
  });

  it("say how far they are away", () => {
    assert.deepEqual(wordsOf({ effective: 60, applied: 81.25 }).slice(1, 3), [
      ["15 points below", false],
      ["6.3 points above", false],
    ]);
  });

  it("were not asked, which is neither right nor wrong", () => {
    assert.deepEqual(wordsOf({ effective: null, applied: null, measured: null }).slice(1), [
      ["no pod serves", null],
      ["not asked", null],
      ["not asked", null],
    ]);
  });

  it("leave it to the command whether what was measured fits: it knows of how many requests", () => {
    assert.deepEqual(wordsOf({ measured: 72 })[3], ["fits", true]);
    assert.deepEqual(wordsOf({ measured: 74.9 }, { result: "does not fit" })[3], ["does not fit", false]);
  });
});

describe("what may be done", () => {
  const titlesOf = (name: StateName) => {
    const { status, project } = STATES[name];
    assert.ok(status);
    return possibilities(status, project).map(({ title }) => title);
  };

  it("is the beginning where nothing was released", () =>
    assert.deepEqual(titlesOf("nothing released"), ["Begin with canary-25"]));

  it("is the way on, the judgement, the way back and the way out in the middle", () =>
    assert.deepEqual(titlesOf("canary-75"), [
      "Promote to canary-100",
      "Judge the canary",
      "Roll back to canary-25",
      "Take the canary out",
    ]));

  it("is no way back at the first stage, and nothing to judge at the last", () => {
    assert.deepEqual(titlesOf("canary-25"), [
      "Promote to canary-75",
      "Judge the canary",
      "Take the canary out",
    ]);
    assert.deepEqual(titlesOf("canary-100"), ["Roll back to canary-75", "Take the canary out"]);
  });

  it("is the same move again where one did not end, and the stage anew where the cluster drifted", () => {
    assert.equal(titlesOf("in a move")[0], "Go on to canary-100");
    assert.ok(titlesOf("drifted").includes("Apply canary-75 anew"));
  });

  it("is another beginning after the abort", () =>
    assert.deepEqual(titlesOf("aborted"), ["Promote to canary-25"]));

  it("is the way out first where the canary does harm", () =>
    assert.deepEqual(titlesOf("harm").slice(0, 2), ["Take the canary out", "Roll back to canary-25"]));

  it("gives a reason that a shell leaves alone", () => {
    assert.equal(
      withReason("npx canary abort --yes", "it's $HOME"),
      `npx canary abort --yes --reason 'it'\\''s $HOME'`,
    );
    assert.equal(withReason("npx canary abort --yes", ""), "npx canary abort --yes");
  });
});

describe("what somebody should know first", () => {
  const titlesOf = (name: StateName) => {
    const { status, project, action } = STATES[name];
    assert.ok(status);
    return noticesOf({ status, project, running: action }).map(({ title }) => title);
  };
  const SHOWN: readonly (readonly [StateName, readonly string[]])[] = [
    ["canary-75", []],
    ["in a move", []],
    ["harm", ["The canary does harm"]],
    ["held", ["Held at canary-75"]],
    ["aborted", ["The canary was taken out"]],
    ["drifted", ["The cluster is not what canary-75 asks for"]],
    ["locked by another", ["carol@ci-runner holds the lock"]],
  ];
  for (const [name, titles] of SHOWN)
    it(`is ${titles.join(", ") || "nothing"} in: ${name}`, () => assert.deepEqual(titlesOf(name), titles));

  it("is a move that did not end, once nothing goes on, with the command that goes on with it", () => {
    const { status, project } = STATES["in a move"];
    assert.ok(status);
    const [notice] = noticesOf({ status, project, running: null });
    assert.deepEqual(
      [notice?.title, notice?.command],
      ["A move to canary-100 did not end", "npx canary promote canary-100"],
    );
  });
});

describe("what a screen reader is told", () => {
  const from = (before: StateName, after: StateName) => announcements(STATES[before], STATES[after]);

  it("is nothing of the first state, nor of one that is the same", () => {
    assert.deepEqual(announcements(undefined, STATES["canary-75"]), []);
    assert.deepEqual(from("canary-75", "canary-75"), []);
  });

  it("is a new stage, a verdict, a drift, a lock, and the cluster going and coming", () => {
    assert.deepEqual(from("canary-25", "controlled"), [
      "canary-75 is live: 2.4.20 is meant to have 75 percent.",
    ]);
    assert.deepEqual(from("controlled", "harm"), ["The gate says: the canary does harm."]);
    assert.deepEqual(from("controlled", "drifted"), ["The cluster is not what canary-75 asks for."]);
    assert.deepEqual(from("controlled", "locked by another"), [
      "The lock is held by carol@ci-runner, for promote canary-100.",
    ]);
    assert.deepEqual(from("controlled", "cluster away"), ["The cluster does not answer."]);
    assert.deepEqual(from("cluster away", "controlled"), ["The cluster answers again."]);
  });

  it("is an action's beginning and its end, each once", () => {
    const without = STATES.controlled;
    const going = { ...without, action: ACTION };
    const ended = {
      ...without,
      action: { ...ACTION, result: { exitCode: 0, message: "It is done.", hint: "" } },
    };
    assert.deepEqual(announcements(without, going), ["promote canary-100 has begun."]);
    assert.deepEqual(announcements(going, { ...going, action: { ...ACTION, lines: ["more"] } }), []);
    assert.deepEqual(announcements(going, ended), ["promote canary-100 has ended: It is done."]);
    assert.deepEqual(announcements(ended, ended), []);
  });
});

describe("lists on the page", () => {
  it("have pods with trouble first, then restarted ones, then the rest as they came", () => {
    const pods = [
      pod("a", "1", 1),
      pod("b", "1", 1, { restarts: 1 }),
      pod("c", "1", 1, { serving: false }),
      pod("d", "1", 1),
    ];
    assert.deepEqual(
      byTrouble(pods).map(({ name }) => name),
      ["c", "b", "a", "d"],
    );
  });

  it("have the changes of an object together", () => {
    assert.ok("preview" in PREVIEW);
    assert.deepEqual(
      byObject(PREVIEW.preview.changes).map(([object, changes]) => [object, changes.length]),
      [
        ["Deployment httpd-new", 1],
        ["Deployment httpd-previous", 2],
        ["ConfigMap httpd-release", 1],
      ],
    );
  });

  it("filter the history by all words, in any case, and by what went wrong", () => {
    const { history } = STATES.harm;
    assert.deepEqual(
      filtered(history, { words: "ALICE canary-25", kind: "all" }).map(({ result }) => result),
      ["judged", "done"],
    );
    assert.deepEqual(filtered(history, { words: "nobody", kind: "all" }), []);
    assert.deepEqual(filtered(history, { words: "", kind: "judged" }).length, 1);
    assert.deepEqual(
      filtered([entry("canary-25", 1, { result: "failed" }), ...history], { words: "", kind: "went wrong" })
        .length,
      1,
    );
  });
});
