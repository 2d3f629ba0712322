import { createInterface } from "node:readline";
import { TestBrowser } from "../../support/page/viewer.ts";
import { until } from "../../support/until.ts";
import type { TestProject } from "./environment.ts";
import { type Ended, startCanary } from "./project.ts";

/** `canary page`, as it is typed, and a browser that signed in. */
export interface RunningPage {
  readonly pid: number;
  /** Milliseconds since 1970 at which the command was typed. */
  readonly typed: number;
  readonly browser: TestBrowser;
  /** As Ctrl-C does. */
  stop(): Promise<Ended>;
}

/** Opens the page of a project, at a free port. */
export async function openPage(
  project: Pick<TestProject, "workspace">,
  ...words: string[]
): Promise<RunningPage> {
  const typed = Date.now();
  const running = startCanary(project, ["page", "--port", "0", "--json", ...words], {
    XDG_STATE_HOME: project.workspace.directory,
  });
  const addresses: string[] = [];
  createInterface({ input: running.stdout }).on("line", (line) =>
    addresses.push((JSON.parse(line) as { url: string }).url),
  );
  await Promise.race([running, until(() => addresses.length > 0, { everyMs: 5 })]);
  const [address] = addresses;
  if (address === undefined) throw new Error(`no page was opened: ${(await running).stderr}`);
  const browser = new TestBrowser(address);
  await browser.signIn(address);
  return {
    pid: running.pid ?? 0,
    typed,
    browser,
    stop: async () => {
      running.kill("SIGINT");
      const { exitCode, stdout, stderr } = await running;
      return { exitCode, stdout, stderr };
    },
  };
}
