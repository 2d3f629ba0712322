import type * as pulumi from "@pulumi/pulumi";

/**
 * Resource options that await something before the object is created or changed, and not in a preview. What it throws
 * stops the update.
 */
export function beforeChange(
  until: (() => Promise<void>) | undefined,
): Pick<pulumi.CustomResourceOptions, "hooks"> {
  return until ? { hooks: { beforeCreate: [until], beforeUpdate: [until] } } : {};
}
