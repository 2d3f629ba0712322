import assert from "node:assert/strict";
import { createServer } from "node:http";
import { listensAt } from "../../../../local/process/procfs.ts";
import { listenOnLoopback } from "../../../support/loopback.ts";

/** No process has this number: it is above the kernel's largest. */
const NOBODY = 2 ** 22 + 1;

describe("a TCP port of a process's network", () => {
  it("is listened at as long as its server is open", async () => {
    const { port, close } = await listenOnLoopback(createServer());
    assert.equal(listensAt(process.pid, port), true);
    await close();
    assert.equal(listensAt(process.pid, port), false);
  });

  it("is listened at by nobody where there is no such process", () => {
    assert.equal(listensAt(NOBODY, 80), false);
  });
});
