import assert from "node:assert/strict";
import { cgroupMounts, controllersToEnable } from "../../../local/cluster/cgroups.ts";

describe("cgroup hierarchies", () => {
  it("are found on a machine with both versions", () => {
    const mounts = [
      "tmpfs /sys/fs/cgroup tmpfs rw,relatime,mode=755 0 0",
      "cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0",
      "cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0",
      "cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0",
      "",
    ].join("\n");
    assert.deepEqual(cgroupMounts(mounts), [
      "/sys/fs/cgroup/cpu",
      "/sys/fs/cgroup/memory",
      "/sys/fs/cgroup/unified",
    ]);
  });

  it("are one on a machine with version 2", () => {
    const mounts = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\nproc /proc proc rw 0 0\n";
    assert.deepEqual(cgroupMounts(mounts), ["/sys/fs/cgroup"]);
  });

  it("hand on what the kubelet asks for and the machine has", () => {
    const available = "cpuset cpu io memory pids misc\n";
    assert.deepEqual(controllersToEnable(available, "cpu memory\n"), ["cpuset", "pids"]);
    assert.deepEqual(controllersToEnable(available, "\n"), ["cpu", "cpuset", "memory", "pids"]);
    assert.deepEqual(controllersToEnable("\n", ""), []);
  });
});
