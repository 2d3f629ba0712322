import type { RouterName } from "../../config.ts";
import type { Router } from "./router.ts";
import { voyagerRouter } from "./voyager.ts";

/** Every router that `router` in Pulumi.yaml can name. */
export const routers: Readonly<Record<RouterName, Router>> = {
  voyager: voyagerRouter,
};
