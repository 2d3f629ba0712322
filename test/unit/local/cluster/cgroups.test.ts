import assert from "node:assert/strict";
import { cgroupMounts } from "../../../../local/cluster/cgroups.ts";

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

  it("are none where somebody mounted version 2 again for themselves", () => {
    const mounts =
      "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\ncgroup2 /run/cilium/cgroupv2 cgroup2 rw 0 0\ncgroup2 /sys/fs/cgroups cgroup2 rw 0 0\n";
    assert.deepEqual(cgroupMounts(mounts), ["/sys/fs/cgroup"]);
  });
});
