import * as pulumi from "@pulumi/pulumi";
import { parseFoundation } from "../config/foundation.ts";
import { foundingStackOf } from "../config/project.ts";
import { ownValues } from "../config/raw.ts";
import { parseConfig } from "../config/stage.ts";
import { UserError } from "../errors.ts";
import { routers as builtInRouters, routerOf } from "../routers/index.ts";
import type { Routers } from "../routers/router.ts";
import { declareFoundation } from "./foundation.ts";
import { declareStage, type KnownOfStage } from "./stage.ts";

/** What whoever runs the program knows beyond the stack's configuration; `pulumi up` knows nothing. */
export interface Known extends KnownOfStage {
  /** Those that `router` in Pulumi.yaml can name; without it the project's own. */
  readonly routers?: Routers | undefined;
}

/**
 * Declares the stack that it runs in: the foundation, or a stage.
 * @returns what the stack exports
 * @throws pulumi.RunError with what is refused, before the first resource is registered
 */
export async function program(known: Known = {}): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { routers = builtInRouters } = known;
    const raw = ownValues(pulumi.runtime.allConfig(), pulumi.getProject());
    const stack = pulumi.getStack();
    if (stack === foundingStackOf(raw)) {
      const config = parseFoundation(raw, routers);
      return await declareFoundation(config, routerOf(config, routers), { ...known, routers });
    }
    const config = parseConfig(raw, routers);
    return await declareStage(config, stack, routerOf(config, routers), known);
  } catch (error) {
    throw error instanceof UserError ? refusal(error) : error;
  }
}

/** Printed as its text alone, without the stack that the SDK would print with it. */
function refusal(error: UserError): pulumi.RunError {
  const refused = new pulumi.RunError(error.toString());
  refused.stack = "";
  return refused;
}
