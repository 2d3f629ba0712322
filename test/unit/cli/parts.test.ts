import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { describe, it } from "mocha";
import { exitCodeOf, WrongUse } from "../../../src/cli/exit.ts";
import {
  duration,
  type MeasuringOptions,
  measuringWords,
  verificationOptions,
  withMeasuringOptions,
} from "../../../src/cli/options.ts";
import { ageText, seconds, shareText, table, timeText } from "../../../src/cli/print/text.ts";
import { lockHolders } from "../../../src/engine/automation/locks.ts";
import { Refusal, UserError } from "../../../src/errors.ts";
import { EXIT } from "../../../src/results/exit.ts";

describe("exit codes", () => {
  it("tell a script what kind of failure it was", () => {
    assert.equal(exitCodeOf(new UserError("", "")), EXIT.failed);
    assert.equal(exitCodeOf(new TypeError("a defect")), EXIT.failed);
    assert.equal(exitCodeOf(new WrongUse("", "")), EXIT.wrongUse);
    assert.equal(exitCodeOf(new Refusal("", "")), EXIT.refused);
    assert.equal(exitCodeOf(new CommanderError(1, "commander.unknownOption", "")), EXIT.wrongUse);
    assert.equal(exitCodeOf(new CommanderError(0, "commander.helpDisplayed", "")), EXIT.done);
  });
});

describe("a duration", () => {
  it("has a unit", () => {
    assert.deepEqual(["90s", "10m", "1.5h"].map(duration), [90, 600, 5400]);
    for (const wrong of ["10", "m", "-1s", "10 m", "1d"])
      assert.throws(() => duration(wrong), /90s, 10m or 1h/);
  });
});

describe("how many requests are sent", () => {
  it("is as many as were asked for, or what the precision needs", () => {
    const sent = (given: { requests?: number; precision?: number }) => {
      const { requests, precision } = verificationOptions(given);
      return { requests, precision };
    };
    assert.deepEqual(sent({}), { requests: 4000, precision: 2 });
    assert.deepEqual(sent({ requests: 500 }), { requests: 500, precision: undefined });
    assert.deepEqual(sent({ precision: 1 }), { requests: 4000, precision: 1 });
    assert.deepEqual(sent({ requests: 500, precision: 1 }), { requests: 500, precision: 1 });
  });
});

describe("options of a measurement", () => {
  it("can be typed once more as they were", () => {
    const given = {
      url: "http://edge",
      acceptSelfSigned: true,
      requests: 500,
      settle: 90,
      stats: "http://edge/;csv",
    };
    const words =
      "--url http://edge --accept-self-signed --requests 500 --settle 90s --stats http://edge/;csv";
    assert.deepEqual(measuringWords(given), words.split(" "));
    assert.deepEqual(measuringWords({}), []);
  });
});

describe("whose certificate is taken", () => {
  it("is said by a file with an authority, or not at all", async () => {
    const folder = await mkdtemp(join(tmpdir(), "canary-ca-"));
    const file = join(folder, "ca.pem");
    try {
      const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
      await writeFile(file, pem);
      assert.equal(verificationOptions({ ca: file }).ca, pem);
      const { ca, acceptSelfSigned } = verificationOptions({});
      assert.deepEqual([ca, acceptSelfSigned], [undefined, undefined]);
      await writeFile(file, "nothing");
      assert.throws(() => verificationOptions({ ca: file }), { message: `--ca ${file} has no certificate` });
    } finally {
      await rm(folder, { recursive: true });
    }
    assert.throws(() => verificationOptions({ ca: file }), /^--ca .*ca\.pem cannot be read: ENOENT/);
  });
});

describe("what is asked, and whose certificate is taken,", () => {
  it("is what the options of every command that measures say", async () => {
    const read = async (...words: string[]) => {
      const command = withMeasuringOptions(new Command());
      await command.parseAsync(words, { from: "user" });
      const { url, host, acceptSelfSigned } = verificationOptions(command.opts<MeasuringOptions>());
      return [url, host, acceptSelfSigned];
    };
    const named = ["--url", "https://192.0.2.1", "--host", "shop.example.com"];
    assert.deepEqual(await read(...named), ["https://192.0.2.1", "shop.example.com", undefined]);
    assert.deepEqual(await read("--accept-self-signed"), [undefined, undefined, true]);
  });
});

describe("how a version is told", () => {
  it("is by the body, a header in whatever letters, or a pattern", () => {
    const given = { requests: 1, precision: 1, versionHeader: "X-Version", versionPattern: "v([0-9]+)" };
    const { rule } = verificationOptions(given);
    assert.equal(rule.header, "x-version");
    assert.equal(rule.pattern?.exec("v12")?.[1], "12");
    assert.throws(() => verificationOptions({ ...given, versionPattern: "(" }), /is no regular expression/);
  });
});

describe("printed values", () => {
  it("are times, ages and shares that are read at once", () => {
    assert.deepEqual([0.04, 59.95, 61, 7_260, 90_000].map(ageText), [
      "0 s",
      "59 s",
      "1 min 1 s",
      "2 h 1 min",
      "1 d",
    ]);
    assert.deepEqual([8.23, 185].map(seconds), ["8.2 s", "3 min 5 s"]);
    assert.equal(timeText("2026-11-22T06:58:59.9Z"), "2026-11-22 06:58 UTC");
    assert.deepEqual([shareText(24.96), shareText(null)], ["25 %", "not asked"]);
  });

  it("stand in columns, whatever their colour", () => {
    const green = "\u001b[32mab\u001b[39m";
    assert.equal(
      table(
        [
          ["abc", "x"],
          [green, "y"],
        ],
        " ",
      ),
      ` abc  x\n ${green}   y`,
    );
  });
});

describe("the lock that Pulumi names", () => {
  const line = "created by bob@server (pid 4711) at 2026-01-02T03:04:05Z";

  it("is read once, though the CLI says it on both streams", () => {
    const process = { user: "bob", host: "server", pid: 4711, since: "2026-01-02T03:04:05Z" };
    const expected = [{ ...process, condition: "unknown" }];
    assert.deepEqual(lockHolders(`stdout: ${line}\nstderr: ${line}`), expected);
  });

  it("is nobody's where the backend does not say", () => {
    assert.deepEqual(lockHolders("[409] Conflict: Another update is currently in progress."), []);
  });
});
