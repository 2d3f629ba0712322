import type { PodArgs } from "../../src/components/pod/args.ts";
import { loadFiles } from "../../src/config/app/file-contents.ts";
import type { AppConfig } from "../../src/config/app.ts";
import { application } from "./application.ts";

export const SECRETS = {
  values: { dbPassword: "geheim" },
  hashKey: "0123456789abcdef0123456789abcdef",
} as const;

/** What the canary's pods of an application are made from. */
export async function podArgs(
  more: Record<string, unknown> = {},
  given: Partial<PodArgs> = {},
): Promise<PodArgs> {
  const app: AppConfig = application(more);
  return {
    app,
    plan: {
      name: "shop-new",
      version: "1.1.0",
      image: "registry.test/shop:1.1.0",
      replicas: 1,
      identity: { app: "shop", track: "canary" },
      labels: { app: "shop", track: "canary", serving: "yes" },
      annotations: { weight: "25" },
      effectiveShare: 25,
    },
    files: await loadFiles(app, "/nowhere", ["1.1.0"]),
    secrets: undefined,
    ...given,
  };
}
