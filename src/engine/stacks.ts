import { Refusal, UserError } from "../errors.ts";
import type { Abort } from "../model/record.ts";
import type { Change } from "./changes.ts";
import type { HolderCondition } from "./started-engines.ts";

/** A stack's state as Pulumi exports it. */
export interface StackState {
  readonly version: number;
  readonly deployment: {
    readonly manifest?: unknown;
    readonly secrets_providers?: unknown;
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly unknown[];
    readonly [key: string]: unknown;
  };
}

/** A resource in a stack's state, as far as a transfer of state looks at it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly [key: string]: unknown;
}

/** An object that the engine creates, as it is declared. What it does not know yet is left out of it. */
export interface CreatedObject {
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface RunOptions {
  /** Told each line that Pulumi prints. */
  readonly onOutput?: ((text: string) => void) | undefined;
  /** Told each change as Pulumi comes to it. */
  readonly onChange?: ((change: Change) => void) | undefined;
  /** Told each object that Pulumi would create, or creates. */
  readonly onCreate?: ((created: CreatedObject) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** File of an update plan: a preview writes it, and an update that is given it does nothing else. */
  readonly plan?: string | undefined;
  /** Who takes the canary out, and why: for the record of an abort. */
  readonly abort?: Abort | undefined;
  /** It goes back, to what was live before. */
  readonly isWayBack?: boolean | undefined;
}

/** A stage stack, as operations need it. */
export interface Stack {
  readonly name: string;
  /** What applying the stage would change. @throws UserError with the program's own refusal */
  preview(options?: RunOptions): Promise<readonly Change[]>;
  /** Applies the stage and gives what was changed. @throws UserError with what failed, StackBusy */
  apply(options?: RunOptions): Promise<readonly Change[]>;
  /** @throws UserError with what failed, StackBusy */
  destroy(options?: RunOptions): Promise<void>;
  /** Gives up an update that was killed: its lock is removed. */
  cancel(): Promise<void>;
  /** Lets protected resources be destroyed. */
  unprotect(): Promise<void>;
  /** The state with secrets in clear: kept in memory alone. */
  exportState(): Promise<StackState>;
  importState(state: StackState): Promise<void>;
}

/** The stage stacks of a project. */
export interface Stacks {
  /** The stack, made when it does not exist yet. */
  open(name: string): Promise<Stack>;
  /** The state of a stack; undefined where there is no such stack. Secrets in clear are kept in memory alone. */
  stateOf(name: string, secrets: "encrypted" | "in clear"): Promise<StackState | undefined>;
}

/** Another update of a stack is under way, or was killed and left its lock. */
export class StackBusy extends Refusal {
  /** Processes that Pulumi names as the lock's holders; empty where the backend does not say. */
  readonly holders: readonly LockHolder[];

  constructor(stack: string, holders: readonly LockHolder[]) {
    const names = holders.map(({ user, host, pid, since }) => `${user}@${host} (pid ${pid}) since ${since}`);
    super(
      `another update of stack ${stack} is under way${names.length > 0 ? `, by ${names.join(", ")}` : ""}`,
      `${notSeenHere(holders)}Wait until it is done. If you know that it was killed: pulumi cancel --stack ${stack}`,
    );
    this.holders = holders;
  }
}

/** A process that holds the lock of a stack, as the backend tells of it. */
export interface LockHolder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  /** RFC 3339. */
  readonly since: string;
  readonly condition: HolderCondition;
}

/** Why a lock of this host's name is not removed without asking; empty where that is not the question. */
function notSeenHere(holders: readonly LockHolder[]): string {
  const unseen = holders.filter(({ condition }) => condition === "not seen here");
  if (unseen.length === 0 || unseen.length < holders.length) return "";
  const pids = unseen.map(({ pid }) => pid).join(", ");
  return `No process ${pids} runs here, but canary did not start it, and another container of this name may have it. `;
}

/** The operator stops what is under way. */
export class Interrupted extends UserError {
  /** A terminal tells all its processes: telling the engine a second time would end it at once. */
  readonly engineKnows: boolean;

  constructor(engineKnows: boolean) {
    super("stopped by the operator", "Look at what is live: canary status");
    this.engineKnows = engineKnows;
  }
}
