import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { acquireLock } from "../../../src/application/lock.ts";
import { UserError } from "../../../src/errors.ts";
import { canary, type Ended } from "../../support/fake-session.ts";
import { FakeWorld } from "../../support/fake-world.ts";
import { fakeProject, NAMESPACE } from "../../support/fakes.ts";

/** A state of the world, and a command that says there what to type. */
interface Situation {
  readonly what: string;
  readonly project?: ReturnType<typeof fakeProject>;
  /** Brings the state about. */
  readonly given: (world: FakeWorld) => Promise<unknown>;
  readonly typed: readonly string[];
  /** The commands that it is to say, in their order. */
  readonly says: readonly string[];
}

const QUIETLY = ["--yes", "--no-verify"];

/** A move that ends in the middle, when one Deployment is changed and nothing else. */
async function failedMoveTo(world: FakeWorld, stage: string): Promise<void> {
  world.halfway = async () => {
    throw new UserError("the engine was stopped", "Look at it.");
  };
  await canary(world, "promote", stage, ...QUIETLY);
}

const newRelease = fakeProject({ previous: "1.0.0", canary: "1.2.0" });

const SITUATIONS: readonly Situation[] = [
  {
    what: "nothing is there",
    given: async (world) => {
      world.isFounded = false;
    },
    typed: ["status"],
    says: ["canary foundation"],
  },
  {
    what: "a stage before the foundation",
    given: async (world) => {
      world.isFounded = false;
    },
    typed: ["promote", ...QUIETLY],
    says: ["canary foundation"],
  },
  {
    what: "an abort before the foundation",
    given: async (world) => {
      world.isFounded = false;
    },
    typed: ["abort", ...QUIETLY],
    says: ["canary foundation"],
  },
  {
    what: "nothing is released",
    given: (world) => world.found(),
    typed: ["status"],
    says: ["canary promote"],
  },
  {
    what: "nothing to measure is released",
    given: (world) => world.found(),
    typed: ["verify"],
    says: ["canary promote"],
  },
  {
    what: "a stage is live",
    given: (world) => world.at("canary-25"),
    typed: ["status"],
    says: ["canary promote canary-75"],
  },
  {
    what: "the canary was taken out",
    given: (world) => world.at("canary-25", "canary-0"),
    typed: ["status"],
    says: ["canary promote canary-25"],
  },
  {
    what: "a promotion failed half way",
    given: (world) => world.at("canary-25"),
    typed: ["promote", "canary-75", ...QUIETLY],
    says: ["canary promote canary-75", "canary rollback"],
  },
  {
    what: "a new release failed at its first stage",
    project: newRelease,
    given: (world) => world.at("canary-25"),
    typed: ["promote", "canary-25", ...QUIETLY],
    says: ["canary promote canary-25", "canary rollback"],
  },
  {
    what: "an abort failed half way",
    given: (world) => world.at("canary-25", "canary-75"),
    typed: ["abort", ...QUIETLY],
    says: ["canary abort"],
  },
  {
    what: "a rollback failed half way",
    given: (world) => world.at("canary-25", "canary-75"),
    typed: ["rollback", "canary-25", ...QUIETLY],
    says: ["canary rollback canary-25", "canary rollback"],
  },
  {
    what: "a move did not end",
    given: async (world) => {
      await world.at("canary-25");
      await failedMoveTo(world, "canary-75");
    },
    typed: ["status"],
    says: ["canary promote canary-75", "canary rollback"],
  },
  {
    what: "a stage ahead is no way back",
    given: (world) => world.at("canary-25"),
    typed: ["rollback", "canary-75", ...QUIETLY],
    says: ["canary promote canary-75"],
  },
  {
    what: "there is no way back within another release",
    project: newRelease,
    given: (world) => world.at("canary-25", "canary-75"),
    typed: ["rollback", "canary-25", ...QUIETLY],
    says: ["canary abort"],
  },
  {
    what: "somebody holds the lock",
    given: async (world) => {
      await world.at("canary-25");
      const place = { namespace: NAMESPACE, name: "shop-release" };
      await acquireLock(world.api, place, { holder: "bob@desk:2", purpose: "promote canary-75" });
    },
    typed: ["promote", "canary-75", ...QUIETLY],
    says: ["canary unlock --holder bob@desk:2"],
  },
  {
    what: "somebody else than the one that was named holds the lock",
    given: async (world) => {
      await world.at("canary-25");
      const place = { namespace: NAMESPACE, name: "shop-release" };
      await acquireLock(world.api, place, { holder: "bob@desk:2", purpose: "promote canary-75" });
    },
    typed: ["unlock", "--holder", "carol@desk:3"],
    says: ["canary unlock --holder bob@desk:2"],
  },
  {
    what: "a release is under way",
    given: (world) => world.at("canary-25"),
    typed: ["release", "1.2.0"],
    says: ["canary promote --to canary-100"],
  },
  {
    what: "a namespace has an object of somebody else",
    given: async (world) => {
      await world.found();
      await world.at("canary-25");
      const path = `/api/v1/namespaces/${NAMESPACE}/configmaps/theirs`;
      world.api.put(path, { metadata: { name: "theirs" } });
    },
    typed: ["teardown", "--confirm", `shop/${NAMESPACE}`],
    says: ["canary teardown --delete-foreign ConfigMap/theirs"],
  },
];

/** Those of the situations in which the typed command itself has to fail half way. */
const FAILS: Readonly<Record<string, string>> = {
  "a promotion failed half way": "canary-75",
  "a new release failed at its first stage": "canary-25",
  "an abort failed half way": "canary-0",
  "a rollback failed half way": "canary-25",
};

const COMMAND =
  /canary (?:foundation|promote|rollback|abort|unlock|teardown)(?: (?:--[a-z-]+|[\w@:/-]+\b))*/g;

/** The commands that a text says to type. */
const commandsIn = ({ stdout, stderr }: Ended): string[] =>
  [...`${stdout}\n${stderr}`.matchAll(COMMAND)].map(([words]) => words.replace(/ (?:or|and|pulumi)\b.*/, ""));

/** What a person adds who is sure: nobody can be asked here. */
function answered(words: readonly string[]): readonly string[] {
  switch (words[0]) {
    case "unlock":
      return words;
    case "teardown":
      return [...words, "--confirm", `shop/${NAMESPACE}`];
    case "foundation":
      return [...words, "--yes"];
    default:
      return [...words, ...QUIETLY];
  }
}

describe("what the command says to type is accepted:", () => {
  let world: FakeWorld;
  beforeEach(() => {
    world = new FakeWorld();
  });
  afterEach(() => world.close());

  const bringAbout = async ({ what, given, typed, project }: Situation): Promise<Ended> => {
    world = new FakeWorld();
    await given(world);
    if (project) world.project = project;
    const broken = FAILS[what];
    world.halfway = async (stage) => {
      if (stage === broken) throw new UserError("the engine was stopped", "Look at it.");
    };
    const ended = await canary(world, ...typed);
    world.halfway = async () => undefined;
    return ended;
  };

  for (const situation of SITUATIONS) {
    for (const [index, command] of situation.says.entries()) {
      it(`${situation.what}: ${command}`, async () => {
        const said = commandsIn(await bringAbout(situation));
        assert.deepEqual(said, situation.says);
        const words = (said[index] ?? "").split(" ").slice(1);
        const { exitCode, stderr } = await canary(world, ...answered(words));
        assert.equal(exitCode, 0, stderr);
      });
    }
  }
});
