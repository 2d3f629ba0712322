import { UserError } from "../errors.ts";
import { type FoundationOutputs, foundationOutputs } from "../program/outputs.ts";
import { LIST_STACKS, type RunPulumi, runPulumi, stackOutputs } from "./process.ts";

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
  /** What the foundation exports, secrets in clear; undefined where it was never applied. */
  foundationOutputs(founding: string): Promise<FoundationOutputs | undefined>;
}

/**
 * The CLI in a project's folder.
 * @param started runs it, or takes a process of it that was started before
 */
export function pulumiCli(directory: string, started: RunPulumi = runPulumi): PulumiCli {
  const run = async (args: readonly string[]): Promise<string> => {
    const result = await started(directory, args).catch((error: Error) => {
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
      const listed = JSON.parse(await run(LIST_STACKS)) as ListedStack[];
      return listed.map(({ name, resourceCount }) => ({
        name: name.split("/").at(-1) ?? name,
        resources: resourceCount ?? 0,
      }));
    },
    foundationOutputs: async (founding) => {
      try {
        const said = await run(stackOutputs(founding));
        return foundationOutputs(JSON.parse(said) as Record<string, unknown>);
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
