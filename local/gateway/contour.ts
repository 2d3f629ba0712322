import { type BuiltController, ensureGoController } from "../engine/go-controller.ts";
import type { Progress } from "../process/progress.ts";

/** The version that local/tools/contour/go.mod pins. */
export const CONTOUR_VERSION = "1.33.6";

/** Contour's program, and the CustomResourceDefinitions of the Gateway API and of its own. */
export type Contour = BuiltController;

const MODULE = "github.com/projectcontour/contour";

/**
 * Contour, built where the cache does not have it: its project publishes images, and no programs.
 * @throws UserError when it has to be built and Go or disk space is missing; the signal's reason when it aborts
 */
export const ensureContour = (progress: Progress, signal?: AbortSignal): Promise<Contour> =>
  ensureGoController(
    {
      name: "contour",
      title: "Contour",
      version: CONTOUR_VERSION,
      module: MODULE,
      main: "cmd/contour",
      variables: { [`${MODULE}/internal/build.Version`]: `v${CONTOUR_VERSION}` },
      // Contour does not start without its own.
      crds: ["examples/gateway/00-crds.yaml", "examples/contour/01-crds.yaml"],
    },
    progress,
    signal,
  );
