import type { Progress } from "../process/progress.ts";
import { sideBySide } from "../process/side-by-side.ts";
import { type Contour, ensureContour } from "./contour.ts";
import { ensureEnvoy } from "./envoy.ts";

/** What has to be on this machine before a gateway can start on it. */
export interface GatewaySupplies {
  readonly contour: Contour;
  /** Envoy's program. */
  readonly envoy: string;
}

/**
 * Finds, downloads or builds Contour and Envoy.
 * @throws UserError when one cannot be had; the signal's reason when it aborts
 */
export async function ensureGatewaySupplies(
  progress: Progress,
  signal?: AbortSignal,
): Promise<GatewaySupplies> {
  const [contour, envoy] = await sideBySide(signal, (stop) => [
    ensureContour(progress, stop),
    ensureEnvoy(progress, stop),
  ]);
  return { contour, envoy };
}
