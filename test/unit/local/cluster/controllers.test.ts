import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, execaSync } from "execa";
import { controllersToEnable, enableControllers } from "../../../../local/cluster/controllers.ts";
import { PROJECT_ROOT } from "../../../../local/paths.ts";
import { until } from "../../../support/until.ts";

/** A domain controller that the kubelet asks for, and that version 1 leaves alone on a machine with both. */
const CONTROLLER = "hugetlb";

describe("controllers of cgroup version 2", () => {
  it("are those that the kubelet asks for, the machine has and the root does not hand on", () => {
    const available = "cpuset cpu io memory pids misc\n";
    assert.deepEqual(controllersToEnable(available, "cpu memory\n"), ["cpuset", "pids"]);
    assert.deepEqual(controllersToEnable(available, "\n"), ["cpu", "cpuset", "memory", "pids"]);
    assert.deepEqual(controllersToEnable("\n", ""), []);
  });
});

describe("a private cgroup namespace's root, which is an ordinary cgroup", function () {
  this.timeout(20_000);
  let mount = "";
  let root = "";
  let handedOnBefore = false;

  before(function () {
    mount = mkdtempSync(join(tmpdir(), "cgroup2-"));
    const { failed } = execaSync("mount", ["-t", "cgroup2", "none", mount], { reject: false });
    if (failed) {
      rmdirSync(mount);
      mount = "";
      return skip(this, "cgroup version 2 cannot be mounted here");
    }
    if (!words(mount, "cgroup.controllers").includes(CONTROLLER)) {
      return skip(this, `${CONTROLLER} is not with version 2 here`);
    }
    handedOnBefore = words(mount, "cgroup.subtree_control").includes(CONTROLLER);
    if (!handedOnBefore) writeFileSync(join(mount, "cgroup.subtree_control"), `+${CONTROLLER}`);
  });

  after(() => {
    if (mount === "") return;
    if (!handedOnBefore && words(mount, "cgroup.subtree_control").includes(CONTROLLER)) {
      writeFileSync(join(mount, "cgroup.subtree_control"), `-${CONTROLLER}`);
    }
    execaSync("umount", [mount]);
    rmdirSync(mount);
  });

  beforeEach(() => {
    root = join(mount, `canary-stages-test-${process.pid}`);
    mkdirSync(root);
  });

  afterEach(async () => {
    writeFileSync(join(root, "cgroup.kill"), "1");
    const isEmpty = () => words(root, "cgroup.events").join(" ").includes("populated 0");
    await until(isEmpty, { timeoutMs: 5_000 });
    for (const { name } of readdirSync(root, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )) {
      rmdirSync(join(root, name));
    }
    rmdirSync(root);
  });

  /** A process in the root, as a container's own are. */
  function insider(command = "sleep 60"): string {
    const child = spawn("sh", ["-c", `read -r go; ${command}`], { stdio: ["pipe", "ignore", "ignore"] });
    writeFileSync(join(root, "cgroup.procs"), String(child.pid));
    child.stdin?.end("go\n");
    return String(child.pid);
  }

  const turnOn = () => writeFileSync(join(root, "cgroup.subtree_control"), `+${CONTROLLER}`);

  it("hands on nothing as long as it has processes: the kernel's rule", () => {
    insider();
    assert.throws(turnOn, { code: "EBUSY" });
  });

  it("hands on what the kubelet asks for when they were moved aside", async () => {
    const pids = [insider(), insider()];
    await enableControllers(root);
    assert.deepEqual(words(root, "cgroup.subtree_control"), [CONTROLLER]);
    assert.deepEqual(words(root, "cgroup.procs"), []);
    const moved = words(root, "canary-stages-outside/cgroup.procs");
    for (const pid of pids) assert.ok(moved.includes(pid), `${pid} is among ${moved}`);
    mkdirSync(join(root, "cluster"));
    assert.deepEqual(words(root, "cluster/cgroup.controllers"), [CONTROLLER]);
  });

  it("does so from inside, for a program that is itself in it and sees it as /", async () => {
    const program = `
      import { readFileSync } from "node:fs";
      import { enableControllers } from "./local/cluster/controllers.ts";
      await enableControllers(process.argv[1]);
      console.log(readFileSync("/proc/self/cgroup", "utf8").split("\\n").find((line) => line.startsWith("0::")));`;
    const inside = ["--input-type=module", "--eval", program];
    // The shell enters the cgroup, then makes a namespace of which that is the root, and mounts it there.
    const script = `echo $$ >"$1/cgroup.procs"; shift; view=$1; shift
      exec unshare --cgroup --mount sh -ec 'view=$1; shift; mount -t cgroup2 none "$view"; "$@" "$view"' sh "$view" "$@"`;
    const view = mkdtempSync(join(tmpdir(), "private-"));
    try {
      const { stdout } = await execa("sh", ["-ec", script, "sh", root, view, process.execPath, ...inside], {
        cwd: PROJECT_ROOT,
      });
      assert.equal(stdout, "0::/canary-stages-outside");
      assert.deepEqual(words(root, "cgroup.subtree_control"), [CONTROLLER]);
    } finally {
      rmdirSync(view);
    }
  });

  it("does so while processes are forked in it", async () => {
    insider("for second in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05 & done; wait; sleep 60");
    await enableControllers(root);
    assert.deepEqual(words(root, "cgroup.subtree_control"), [CONTROLLER]);
    assert.deepEqual(words(root, "cgroup.procs"), []);
  });

  it("is left alone where it hands them on already", async () => {
    turnOn();
    await enableControllers(root);
    assert.ok(!existsSync(join(root, "canary-stages-outside")));
  });

  it("moves nothing where nobody is in it, as with systemd in a container", async () => {
    await enableControllers(root);
    assert.deepEqual(words(root, "cgroup.subtree_control"), [CONTROLLER]);
    assert.ok(!existsSync(join(root, "canary-stages-outside")));
  });

  it("says what the kernel does not take", async () => {
    // A process in a threaded child makes a domain controller impossible.
    const threaded = join(root, "threaded");
    mkdirSync(threaded);
    writeFileSync(join(threaded, "cgroup.type"), "threaded");
    await assert.rejects(enableControllers(root, 100), {
      name: "UserError",
      message: `${root}/cgroup.subtree_control does not take "+${CONTROLLER}": ENOTSUP`,
    });
  });
});

describe("the true root of a cgroup hierarchy", () => {
  it("keeps its processes, whom no rule forbids to be there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "true-root-"));
    try {
      writeFileSync(join(folder, "cgroup.controllers"), "cpu memory\n");
      writeFileSync(join(folder, "cgroup.subtree_control"), "memory\n");
      await enableControllers(folder);
      assert.equal(readFileSync(join(folder, "cgroup.subtree_control"), "utf8"), "+cpu");
      assert.deepEqual(readdirSync(folder).sort(), ["cgroup.controllers", "cgroup.subtree_control"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function skip(context: Mocha.Context, reason: string): void {
  console.log(`    skipped: ${reason}`);
  context.skip();
}

function words(cgroup: string, file: string): string[] {
  return readFileSync(join(cgroup, file), "utf8").trim().split(/\s+/).filter(Boolean);
}
