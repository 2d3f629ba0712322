import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepRunning } from "../../../../local/gateway/kept.ts";
import { findProcess } from "../../../../local/process/ledger.ts";
import { isAlive, kill, stop } from "../../../../local/process/processes.ts";
import { until } from "../../../support/until.ts";

describe("a process that is kept running", function () {
  this.timeout(20_000);
  let directory = "";
  const ended = () => new AbortController();
  const sleeper = () => findProcess(directory, "sleeper");

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "kept-"));
  });

  afterEach(async () => {
    const left = sleeper();
    if (left) await stop(directory, left);
    rmSync(directory, { recursive: true });
  });

  function keep(stop: AbortController, said: string[] = []): Promise<void> {
    const kept = { name: "sleeper", directory, command: ["sleep", "300"], log: join(directory, "log") };
    return keepRunning(kept, (text) => said.push(text), stop.signal);
  }

  it("is started again when it was killed, which is said", async () => {
    const [end, said] = [ended(), [] as string[]];
    const keeping = keep(end, said);
    const first = await until(sleeper);
    await kill(first);
    const second = await until(sleeper);
    assert.notEqual(second.pid, first.pid);
    assert.deepEqual(said, [`sleeper (process ${first.pid}) is gone; starting it again`]);
    end.abort();
    await keeping;
  });

  it("is found when it runs, and left when nobody keeps it any more", async () => {
    const first = ended();
    const keeping = keep(first);
    const entry = await until(sleeper);
    first.abort();
    await keeping;
    assert.ok(isAlive(entry));
    const second = ended();
    const again = keep(second);
    second.abort();
    await again;
    assert.equal(sleeper()?.pid, entry.pid);
  });
});
