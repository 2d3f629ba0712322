import { UserError } from "../errors.ts";
import { runToEnd } from "../process/run-to-end.ts";
import { type FoundingOutputs, foundingOutputs } from "../program/outputs.ts";

/**
 * What every process of the CLI gets in its environment. Where a stage's file does not name the key of its secrets, as
 * in a clone from before its stack was made, the one that its state names is taken.
 */
export const PULUMI_ENVIRONMENT = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
  // A tenth of the time of processes that live for seconds is collecting garbage; Go's own default is 100.
  GOGC: process.env.GOGC ?? "400",
} as const;

/** A stack as the backend lists it. */
export interface StackSummary {
  readonly name: string;
  readonly resources: number;
}

/**
 * What the Pulumi CLI answers without running a program: a process of a quarter second each, where the Automation API
 * takes most of one to load.
 */
export interface PulumiCli {
  /** Stacks of the project that exist in the backend. */
  stacks(): Promise<readonly StackSummary[]>;
  /** What the founding stack exports, secrets in clear; undefined where it was never applied. */
  foundingOutputs(founding: string): Promise<FoundingOutputs | undefined>;
}

/** The CLI on PATH, with the backend and the passphrase that this process's environment says. */
export function pulumiCli(directory: string): PulumiCli {
  const run = async (args: readonly string[]): Promise<string> => {
    const result = await runToEnd("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: directory,
      env: { ...process.env, ...PULUMI_ENVIRONMENT },
    }).catch((error: Error) => {
      throw notFound(error.message);
    });
    if (result.exitCode === 0) return result.stdout.trim();
    throw new UserError(
      `pulumi ${args.join(" ")}: ${result.stderr.replace(/^error: /gm, "").trim()}`,
      "Check PULUMI_BACKEND_URL and PULUMI_CONFIG_PASSPHRASE (or pulumi login), as for pulumi itself.",
    );
  };
  return {
    stacks: async () => {
      const listed = JSON.parse(await run(["stack", "ls", "--json"])) as ListedStack[];
      return listed.map(({ name, resourceCount }) => ({
        name: name.split("/").at(-1) ?? name,
        resources: resourceCount ?? 0,
      }));
    },
    foundingOutputs: async (founding) => {
      try {
        const said = await run(["stack", "output", "--json", "--show-secrets", "--stack", founding]);
        return foundingOutputs(JSON.parse(said) as Record<string, unknown>);
      } catch (error) {
        if (error instanceof UserError && NEVER_APPLIED.test(error.message)) return undefined;
        throw error;
      }
    },
  };
}

interface ListedStack {
  readonly name: string;
  readonly resourceCount?: number;
}

const NEVER_APPLIED = /no stack named/;

function notFound(reason: string): UserError {
  return new UserError(`pulumi cannot be run: ${reason}`, "Install the Pulumi CLI, and put it on PATH.");
}
