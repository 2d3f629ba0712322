import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { killCommands } from "../../local/environment/command.ts";
import { CANARY } from "../../local/paths.ts";
import type { Progress } from "../../local/process/progress.ts";
import { quoted } from "../../local/process/shell.ts";
import { until } from "../../local/process/until.ts";
import { applicationIn } from "../../src/application/application.ts";
import { connect } from "../../src/cluster/connect.ts";
import { UserError } from "../../src/errors.ts";
import { processOnThisMachine } from "../../src/process/identity.ts";
import { isRunning } from "../../src/process/procfs.ts";
import { type Project, readProject } from "../../src/project/project.ts";
import { EXIT } from "../../src/results/exit.ts";
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
  const project = await readProject(stacks);
  const { name } = project;
  await unlockOfDead(record, project).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error; // The teardown meets the same trouble, and says it.
  });
  const { all = "", exitCode } = await execa(
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
  const patience = exitCode === EXIT.refused ? 0 : NAMESPACE_GONE_MS;
  const gone = await isNamespaceGone(record, patience).catch((error: unknown) => {
    throw error instanceof UserError ? left(error.message) : error;
  });
  if (!gone) throw left(all.trim());
}

/** A command that was killed holds the lock for half a minute more: it is taken away where that process has ended. */
async function unlockOfDead({ context, kubeconfig }: OwnRecord, { config }: Project): Promise<void> {
  const application = applicationIn(await connect({ file: kubeconfig, context }), config);
  const { name } = (await application.lockHolder()) ?? {};
  const pid = name === undefined ? undefined : processOnThisMachine(name);
  if (name !== undefined && pid !== undefined && !isRunning(pid)) await application.breakLock(name);
}

async function isNamespaceGone({ context, kubeconfig }: OwnRecord, timeoutMs: number): Promise<boolean> {
  const api = await connect({ file: kubeconfig, context });
  const look = async () => (await api.get(`/api/v1/namespaces/${OWN_NAMESPACE}`)) === undefined;
  return (await until(look, { timeoutMs, everyMs: 200 })) ?? false;
}
