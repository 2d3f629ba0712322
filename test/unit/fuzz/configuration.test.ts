import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { imageReference, imageRepository, version } from "../../../src/config/app/texts.ts";
import { configText } from "../../../src/config/raw.ts";
import { tagOf } from "../../../src/model/version.ts";
import { locateImage } from "../../../src/project/image.ts";
import { foundationConfig, projectConfig, stageConfig } from "../../../src/routers/config.ts";
import { awkwardText, damaged, read } from "../../support/fuzz.ts";
import { committedStage } from "../../support/program/stages.ts";

type Values = Readonly<Record<string, unknown>>;

/** As Pulumi hands values to a program. */
const texts = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, configText(value)]])),
  );

/** A file has no undefined in it, and no minus zero. */
const asInAFile = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

const isValues = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Found: a key that every object has was taken for one of the schema's. */
const NAMED_LIKE_MEMBERS = ["toString", "constructor", "__proto__", "hasOwnProperty"];

describe("a configuration of any content", () => {
  const readers: readonly [string, string, (values: Values) => object][] = [
    ["a stage", "canary-25", stageConfig],
    ["the foundation", "foundation", foundationConfig],
  ];
  for (const [what, stack, reader] of readers) {
    it(`of ${what} is one that reads the same from Pulumi's texts, or a UserError`, () => {
      const original = committedStage(stack);
      assert.ok(reader(original));
      fc.assert(
        fc.property(damaged(original), (damage) => {
          const values = asInAFile(damage);
          if (!isValues(values)) return;
          const found = read(() => reader(values));
          if (!("accepted" in found)) return assert.notEqual(found.refused, undefined);
          const again = read(() => reader(texts(values)));
          assert.ok("accepted" in again, "it is refused as texts");
          assert.deepEqual(again.accepted, found.accepted);
        }),
        {
          numRuns: 500,
          examples: NAMED_LIKE_MEMBERS.map((name): [unknown] => [{ ...original, [name]: "" }]),
        },
      );
    });
  }

  it("of a project alone is one, or a UserError", () => {
    const { traffic: _, replicas: _replicas, ...project } = committedStage("canary-25");
    assert.ok(projectConfig(project));
    fc.assert(
      fc.property(damaged(project), (damage) => {
        const values = asInAFile(damage);
        if (isValues(values)) read(() => projectConfig(values));
      }),
      { numRuns: 500 },
    );
  });
});

describe("an image of any content", () => {
  const piece = fc.constantFrom(
    "a",
    "b1",
    ".",
    "-",
    "_",
    "__",
    "--",
    "/",
    ":",
    "@",
    "5000",
    "registry.example.com",
    "localhost",
    "A",
    "sha256:",
    "0".repeat(64),
    "latest",
  );
  const reference = fc.oneof(
    awkwardText,
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
  );

  it("is taken apart as it was put together, or is none", () => {
    fc.assert(
      fc.property(reference, reference, (repository, tag) => {
        const image = read(() => imageRepository.safeParse(repository).data);
        const ofIt = read(() => version.safeParse(tag).data);
        read(() => imageReference.safeParse(repository).data);
        read(() => locateImage(repository, tag, undefined));
        if (!("accepted" in image && "accepted" in ofIt)) return;
        const whole = `${image.accepted}${tag.startsWith("sha256:") ? "@" : ":"}${tag}`;
        assert.equal(tagOf(whole), tag);
        assert.ok(imageReference.safeParse(whole).success || tag === "latest", whole);
        const located = locateImage(image.accepted, tag, undefined);
        if (located) assert.equal(`${located.registry}/${located.repository}`, image.accepted);
      }),
      {
        numRuns: 3_000,
        examples: [
          ["a/b", "latest"],
          [`${"a-".repeat(2_500)}!`, "1"],
          [`a${"__a".repeat(2_000)}_`, "1"],
        ],
      },
    );
  });
});
