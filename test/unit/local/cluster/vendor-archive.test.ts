import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import type { RequestListener, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { downloadKubernetes, PROGRAMS, VENDOR_RELEASE } from "../../../../local/cluster/vendor-archive.ts";
import { silentProgress } from "../../../../local/process/progress.ts";
import type { Loopback } from "../../../support/loopback.ts";
import { releaseArchive, serve, tunnelTo } from "./release-server.ts";

const PROXIES = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
const STALL_MS = 400;
const DAY_S = 24 * 60 * 60;

const archive = releaseArchive(PROGRAMS);

const whole: RequestListener = (_request, response) => {
  response.setHeader("Content-Length", archive.bytes.length);
  response.end(archive.bytes);
};

describe("Kubernetes from its vendor", () => {
  let folder = "";
  let target = "";
  let server: Loopback;
  let answer: RequestListener;
  let asked: string[] = [];
  let said: string[] = [];
  let saved: Record<string, string | undefined> = {};
  const progress = { ...silentProgress, say: (line: string) => said.push(line) };

  beforeEach(async () => {
    saved = Object.fromEntries(PROXIES.map((name) => [name, process.env[name]]));
    for (const name of PROXIES) delete process.env[name];
    folder = mkdtempSync(join(tmpdir(), "vendor-archive-"));
    target = join(folder, "kubernetes");
    answer = whole;
    asked = [];
    said = [];
    server = await serve((request, response) => {
      asked.push(request.url ?? "");
      answer(request, response);
    });
  });

  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
    for (const name of PROXIES) {
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
    }
  });

  function download(changed: Partial<typeof VENDOR_RELEASE> = {}, signal?: AbortSignal): Promise<boolean> {
    const checksums = { amd64: archive.sha512, arm64: archive.sha512 };
    const release = { baseUrl: server.url, version: "1.2.3", checksums, stallMs: STALL_MS, ...changed };
    return downloadKubernetes(target, release, progress, signal);
  }

  /** That nothing is in place, that the reason was said, and that it is not tried again today. */
  async function assertRefused(reason: RegExp, changed: Partial<typeof VENDOR_RELEASE> = {}): Promise<void> {
    assert.equal(await download(changed), false);
    assert.deepEqual(readdirSync(folder), ["refused-kubernetes"]);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", reason);
    const before = asked.length;
    answer = whole;
    assert.equal(await download(), false);
    assert.equal(asked.length, before);
  }

  it("is pinned by whole checksums", () => {
    for (const checksum of Object.values(VENDOR_RELEASE.checksums)) assert.match(checksum, /^[0-9a-f]{128}$/);
    assert.deepEqual(Object.keys(VENDOR_RELEASE.checksums), ["amd64", "arm64"]);
  });

  it("is its five programs, executable, and nothing else of the archive", async () => {
    assert.equal(await download(), true);
    assert.deepEqual(readdirSync(folder), ["kubernetes"]);
    assert.deepEqual(readdirSync(target).sort(), [...PROGRAMS].sort());
    for (const name of PROGRAMS) {
      assert.equal(readFileSync(join(target, name), "utf8"), `I am ${name}\n`);
      assert.equal(statSync(join(target, name)).mode & 0o777, 0o755);
    }
    const processor = process.arch === "arm64" ? "arm64" : "amd64";
    assert.deepEqual(asked, [`/v1.2.3/kubernetes-server-linux-${processor}.tar.gz`]);
  });

  it("is downloaded once", async () => {
    await download();
    assert.equal(await download(), true);
    assert.equal(asked.length, 1);
  });

  it("may lie where the vendor redirects to", async () => {
    answer = (request, response) => {
      if (request.url?.startsWith("/elsewhere")) return whole(request, response);
      response.writeHead(302, { Location: "/elsewhere" }).end();
    };
    assert.equal(await download(), true);
  });

  it("comes through the proxy that the environment names", async () => {
    const hosts: string[] = [];
    const proxy = await tunnelTo(server.url, (host) => hosts.push(host));
    try {
      process.env.http_proxy = proxy.url;
      assert.equal(await download({ baseUrl: "http://dl.example.invalid" }), true);
      assert.deepEqual(hosts, ["dl.example.invalid:80"]);
    } finally {
      await proxy.close();
    }
  });

  it("is not asked for a processor without a checksum", async () => {
    assert.equal(await download({ checksums: { mips: archive.sha512 } }), false);
    assert.deepEqual(asked, []);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("is not taken with another checksum, although everything was unpacked", async () => {
    const other = "0".repeat(128);
    await assertRefused(new RegExp(`the sha512 of .* is ${archive.sha512}, where ${other} is expected`), {
      checksums: { amd64: other, arm64: other },
    });
  });

  it("is not taken when it is cut off", async () => {
    answer = (_request, response) => {
      response.setHeader("Content-Length", archive.bytes.length);
      response.write(archive.bytes.subarray(0, archive.bytes.length / 2), () => response.destroy());
    };
    await assertRefused(/cannot be had from its vendor: other side closed/);
  });

  it("is not taken when an answer is whole, and the archive in it is not", async () => {
    answer = (_request, response) => response.end(archive.bytes.subarray(0, archive.bytes.length / 2));
    await assertRefused(/what came is no such archive: gzip: stdin: unexpected end of file/);
  });

  it("is not taken when something else comes, such as a page to log in at", async () => {
    answer = (_request, response) => response.end("<html>Welcome to our hotel</html>");
    await assertRefused(/what came is no such archive: gzip: stdin: not in gzip format/);
  });

  for (const status of [403, 404, 503]) {
    it(`is not had from a server that answers ${status}`, async () => {
      answer = (_request, response) => response.writeHead(status).end("no");
      await assertRefused(new RegExp(`kubernetes-server-linux-.*\\.tar\\.gz answers ${status}$`));
    });
  }

  it("is not had where nobody listens", async () => {
    const closed = await serve(whole);
    await closed.close();
    await assertRefused(/ECONNREFUSED/, { baseUrl: closed.url });
  });

  it("is not had from a host that has no address", async () => {
    await assertRefused(/dl\.example\.invalid/, { baseUrl: "http://dl.example.invalid" });
  });

  it("may come slowly, as long as it comes", async () => {
    const pieces = 6;
    answer = (_request, response) => void slowly(response, pieces, STALL_MS / 4);
    const started = performance.now();
    assert.equal(await download(), true);
    assert.ok(performance.now() - started > STALL_MS, "it took longer than a stall may");
  });

  it("is given up when it stalls", async () => {
    answer = (_request, response) => {
      response.setHeader("Content-Length", archive.bytes.length);
      response.write(archive.bytes.subarray(0, archive.bytes.length / 2));
    };
    await assertRefused(/Body Timeout Error/);
  });

  it("is given up when no answer comes", async () => {
    answer = () => undefined;
    await assertRefused(/Headers Timeout Error/);
  });

  it("is asked for again the day after", async () => {
    answer = (_request, response) => response.writeHead(403).end();
    await download();
    const dayAgo = Date.now() / 1000 - DAY_S - 1;
    utimesSync(join(folder, "refused-kubernetes"), dayAgo, dayAgo);
    answer = whole;
    assert.equal(await download(), true);
  });

  it("leaves nothing when it is interrupted, and has not refused", async () => {
    const abort = new AbortController();
    answer = (_request, response) => {
      response.write(archive.bytes.subarray(0, archive.bytes.length / 2), () =>
        abort.abort(new Error("stopped by SIGINT")),
      );
    };
    await assert.rejects(download({}, abort.signal), /stopped by SIGINT/);
    assert.deepEqual(readdirSync(folder), []);
    assert.deepEqual(said, []);
  });
});

async function slowly(response: ServerResponse, pieces: number, everyMs: number): Promise<void> {
  const size = Math.ceil(archive.bytes.length / pieces);
  for (let at = 0; at < archive.bytes.length; at += size) {
    response.write(archive.bytes.subarray(at, at + size));
    await delay(everyMs);
  }
  response.end();
}
