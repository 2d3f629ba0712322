import type { Change } from "./changes.ts";

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

/** A resource in a stack's state, as far as carrying it over looks at it. */
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

export interface RunOptions {
  /** Told each line that Pulumi prints. */
  readonly onOutput?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A stage stack, as operations need it. */
export interface Stack {
  readonly name: string;
  /** What applying the stage would change. @throws UserError with the program's own refusal */
  preview(options?: RunOptions): Promise<readonly Change[]>;
  /** Applies the stage and gives what was changed. @throws UserError with what failed */
  apply(options?: RunOptions): Promise<readonly Change[]>;
  /** @throws UserError with what failed */
  destroy(options?: RunOptions): Promise<void>;
  /** Gives up an update that was killed. */
  cancel(): Promise<void>;
  /** The state with secrets in clear: kept in memory alone. */
  exportState(): Promise<StackState>;
  importState(state: StackState): Promise<void>;
  /** Outputs in clear. */
  outputs(): Promise<Readonly<Record<string, unknown>>>;
}

/** The stage stacks of a project. */
export interface Stacks {
  /** The stack, made when it does not exist yet. */
  open(name: string): Promise<Stack>;
}
