import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { killCommands } from "../../local/environment/command.ts";
import { CANARY } from "../../local/paths.ts";
import type { Progress } from "../../local/process/progress.ts";
import { quoted } from "../../local/process/shell.ts";
import { until } from "../../local/process/until.ts";
import { connect } from "../../src/cluster/connect.ts";
import { UserError } from "../../src/errors.ts";
import { readProject } from "../../src/project/project.ts";
import { type OwnRecord, readOwnRecord } from "./record.ts";
import { OWN_NAMESPACE } from "./workspace.ts";

const NAMESPACE_GONE_MS = 60_000;

/**
 * Takes a release down that was begun on somebody's own cluster, and removes the folder with its stacks; does nothing
 * where none was begun.
 * @throws UserError when something of it is left on the cluster; its stacks stay then
 */
export async function takeOwnDown(stateDir: string, progress: Progress): Promise<void> {
  await killCommands(stateDir);
  const record = await readOwnRecord(stateDir);
  if (record) {
    await progress.step(`Taking down what was made on ${record.context}`, () => teardown(stateDir, record));
  }
  await rm(stateDir, { recursive: true, force: true });
}

async function teardown(stateDir: string, record: OwnRecord): Promise<void> {
  const stacks = join(stateDir, "stacks");
  const { name } = await readProject(stacks);
  const { all = "" } = await execa(
    process.execPath,
    [CANARY, "teardown", "--confirm", `${name}/${OWN_NAMESPACE}`],
    {
      cwd: stacks,
      env: record.environment,
      stdin: "ignore",
      all: true,
      // Out of the reach of the terminal's Ctrl-C, which is what it may be there for.
      detached: true,
      cleanup: false,
      reject: false,
    },
  );
  const left = (reason: string) =>
    new UserError(
      `namespace ${OWN_NAMESPACE} may still be on ${record.context}: ${reason}`,
      `Try again: npm run local:down. Or delete it yourself (kubectl --context ${quoted(record.context)} delete namespace ${OWN_NAMESPACE}), and then the folder ${stateDir}.`,
    );
  // Whatever the command says: what counts is that nothing is left.
  const gone = await isNamespaceGone(record).catch((error: unknown) => {
    throw error instanceof UserError ? left(error.message) : error;
  });
  if (!gone) throw left(all.trim());
}

async function isNamespaceGone({ context, kubeconfig }: OwnRecord): Promise<boolean> {
  const api = await connect({ file: kubeconfig, context });
  const look = async () => (await api.get(`/api/v1/namespaces/${OWN_NAMESPACE}`)) === undefined;
  return (await until(look, { timeoutMs: NAMESPACE_GONE_MS, everyMs: 200 })) ?? false;
}
