import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { GkeConfig } from "../../config/gke.ts";

/** APIs of Google Cloud that the foundation calls, by their short names. */
export function requiredApis({ artifactRegistry }: GkeConfig): string[] {
  const always = ["cloudresourcemanager", "compute", "container", "iam"];
  return artifactRegistry.length > 0 ? [...always, "artifactregistry"] : always;
}

/** Switches the APIs on; they stay on when the stack goes, because others in the project may use them. */
export function enableApis(
  name: string,
  config: GkeConfig,
  options: pulumi.CustomResourceOptions,
): gcp.projects.Service[] {
  return requiredApis(config).map(
    (api) =>
      new gcp.projects.Service(
        `${name}-${api}`,
        { service: `${api}.googleapis.com`, disableOnDestroy: false },
        options,
      ),
  );
}
