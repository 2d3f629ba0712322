import { before, describe, it } from "mocha";
import { SettingsWorld } from "../support/settings-world.ts";

const RELEASES = 10;

describe(`${RELEASES} releases of configuration alone, one after another`, function () {
  this.timeout(900_000);
  let world: SettingsWorld;

  before(async () => {
    world = await SettingsWorld.make("e2e-many-releases");
    await world.done("promote", "--to", "canary-100", "--yes", "--no-verify");
  });

  it("leave nothing but what serves", () => world.goThrough("debug", RELEASES));
});
