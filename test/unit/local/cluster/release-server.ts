import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Loopback, listenOnLoopback } from "../../../support/loopback.ts";

/** An archive that is laid out as the vendor's, with a line as each program and an image that nobody unpacks. */
export function releaseArchive(programs: readonly string[]): { bytes: Buffer; sha512: string } {
  const work = mkdtempSync(join(tmpdir(), "release-"));
  try {
    const folder = join(work, "kubernetes", "server", "bin");
    mkdirSync(folder, { recursive: true });
    for (const name of [...programs, "kubectl"]) writeFileSync(join(folder, name), `I am ${name}\n`);
    // Random, so that it stays as large as a real one is in comparison.
    writeFileSync(
      join(folder, "kubelet.tar"),
      Buffer.from(Array.from({ length: 300_000 }, () => Math.floor(Math.random() * 256))),
    );
    execFileSync("tar", ["--create", "--gzip", "--file=archive", "kubernetes"], { cwd: work });
    const bytes = readFileSync(join(work, "archive"));
    return { bytes, sha512: createHash("sha512").update(bytes).digest("hex") };
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** A release server on loopback that answers that way. */
export function serve(answer: RequestListener): Promise<Loopback> {
  return listenOnLoopback(createServer(answer));
}

/** A proxy that leads every tunnel to one server, whatever host is asked for, and tells of it. */
export async function tunnelTo(target: string, onTunnel: (host: string) => void): Promise<Loopback> {
  const server = createServer();
  server.on("connect", ({ url = "" }, client: Socket) => {
    onTunnel(url);
    const upstream = connect(Number(new URL(target).port), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) socket.on("error", () => undefined);
  });
  return listenOnLoopback(server);
}
