import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, it } from "mocha";
import { controllerSchema } from "../../../../src/routers/voyager/controller.ts";
import { voyagerLicense } from "../../../../src/routers/voyager/license.ts";
import { LICENSE } from "../../../support/program/gke-stages.ts";

const secret = { voyagerLicense: LICENSE };
const nowhere = controllerSchema.parse({});
const file = (licenseFile: string) => controllerSchema.parse({ licenseFile });
const committed = fileURLToPath(new URL("license.pem", import.meta.url));

describe("Voyager's licence", () => {
  it("is taken from the secret, without a word while it is valid", async () => {
    const license = await voyagerLicense(secret, nowhere, new Date("2030-01-01"));
    assert.deepEqual(license, { text: LICENSE, warning: undefined });
  });

  it("is taken from a file", async () => {
    const license = await voyagerLicense({}, file(committed), new Date("2030-01-01"));
    assert.equal(license.text, LICENSE);
  });

  it("may be missing: a new cluster cannot have one, and the warning says how to get it", async () => {
    const { text, warning } = await voyagerLicense({}, nowhere, new Date());
    assert.equal(text, undefined);
    assert.match(warning ?? "", /kube-system .*pulumi config set --secret voyagerLicense/s);
  });

  it("is warned about from 30 days before its end", async () => {
    const before = await voyagerLicense(secret, nowhere, new Date("2126-09-29T06:00:00Z"));
    assert.equal(before.warning, undefined);
    const within = await voyagerLicense(secret, nowhere, new Date("2126-09-30T06:00:00Z"));
    assert.match(within.warning ?? "", /ends on 2126-10-29/);
  });

  it("that is over is a warning: a rollback must still be possible", async () => {
    const { text, warning } = await voyagerLicense(secret, nowhere, new Date("2127-01-01"));
    assert.equal(text, LICENSE);
    assert.match(warning ?? "", /ended on 2126-10-29/);
  });

  it("that has not begun is a warning", async () => {
    const { warning } = await voyagerLicense(secret, nowhere, new Date("2026-01-01"));
    assert.match(warning ?? "", /begins on 2026-11-22/);
  });

  it("that is no certificate is refused, and not shown", async () => {
    const garbled = { voyagerLicense: "not-for-eyes" };
    await assert.rejects(voyagerLicense(garbled, nowhere, new Date()), (error: Error) => {
      assert.equal(error.name, "UserError");
      assert.match(error.message, /the secret voyagerLicense is no licence/);
      assert.doesNotMatch(String(error), /not-for-eyes/);
      return true;
    });
  });

  it("is refused when its file is not there", async () => {
    await assert.rejects(voyagerLicense({}, file("/nowhere/license.txt"), new Date()), {
      name: "UserError",
      message: /cluster\.voyager\.licenseFile is \/nowhere\/license\.txt: ENOENT/,
    });
  });

  it("is refused when it is given twice", async () => {
    await assert.rejects(voyagerLicense(secret, file(committed), new Date()), {
      name: "UserError",
      message: /given twice/,
    });
  });
});
