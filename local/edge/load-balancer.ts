import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { HAPROXY, Haproxy } from "./haproxy.ts";
import type { Rendered } from "./render.ts";

/** Keeps one HAProxy at the configuration that was asked for last. */
export class LoadBalancer {
  private readonly haproxy: Haproxy;
  private readonly log: (text: string) => void;
  private wanted: Rendered | undefined;
  private rejected: string | undefined;
  private work: Promise<void> | undefined;
  private readonly sockets: string;

  /** @param directory its own folder, whose parent keeps the ledger of its process; and one for its sockets */
  constructor(directory: string, sockets: string, name: string, log: (text: string) => void) {
    this.haproxy = new Haproxy(directory, sockets, name, log);
    this.sockets = sockets;
    this.log = (text) => log(`${name}: ${text}`);
  }

  /** Asks for a configuration: applied at once when idle, else next; of several meanwhile, only the last. */
  want(rendered: Rendered): void {
    this.wanted = rendered;
    this.work ??= this.applyAll();
  }

  /** Resolves when what was asked for last is applied or rejected. */
  async settled(): Promise<void> {
    await this.work;
  }

  /** Whether an HAProxy runs, whatever it has rejected since. */
  serves(): boolean {
    return this.haproxy.isRunning();
  }

  /** Leaves HAProxy running as it is. */
  release(): void {
    this.wanted = undefined;
    this.haproxy.release();
  }

  /** Ends HAProxy and removes its files. */
  async remove(): Promise<void> {
    this.release();
    await this.settled();
    await this.haproxy.stop();
    for (const folder of [this.haproxy.directory, this.sockets])
      await rm(folder, { recursive: true, force: true });
  }

  private async applyAll(): Promise<void> {
    while (this.wanted) {
      const rendered = this.wanted;
      this.wanted = undefined;
      await this.apply(rendered).catch((error: Error) => this.log(error.message));
    }
    this.work = undefined;
  }

  private async apply(rendered: Rendered): Promise<void> {
    if (rendered.fingerprint === this.rejected || (await this.haproxy.runs(rendered.fingerprint))) return;
    if (!(await this.stage(rendered))) return;
    const ms = await this.haproxy.load(rendered.fingerprint);
    this.log(`has ${rendered.fingerprint} after ${Math.round(ms)} ms`);
    await this.dropOtherCertificates(rendered);
  }

  /** Writes the configuration where HAProxy reads it if HAProxy itself finds it valid; else keeps it aside. */
  private async stage({ config, files, fingerprint }: Rendered): Promise<boolean> {
    const { directory, configFile } = this.haproxy;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const [file, content] of files) await writeFile(file, content, { mode: 0o600 });
    const candidate = join(directory, "haproxy.new.cfg");
    await writeFile(candidate, config);
    const check = await execa(HAPROXY, ["-c", "-f", candidate], { reject: false, all: true });
    if (check.exitCode === 0) {
      this.rejected = undefined;
      await rename(candidate, configFile);
      return true;
    }
    this.rejected = fingerprint;
    const aside = join(directory, "haproxy.rejected.cfg");
    await rename(candidate, aside);
    this.log(`HAProxy rejects ${aside}:\n${check.all}`);
    return false;
  }

  private async dropOtherCertificates({ files }: Rendered): Promise<void> {
    const { directory } = this.haproxy;
    for (const name of await readdir(directory)) {
      const file = join(directory, name);
      if (name.endsWith(".pem") && !files.has(file)) await rm(file, { force: true });
    }
  }
}
