import type * as pulumi from "@pulumi/pulumi";

type Wait = () => Promise<void>;

/** Both, one after the other; undefined where there is neither. */
export const inOrder = (first: Wait | undefined, second: Wait | undefined): Wait | undefined =>
  second === undefined
    ? first
    : async () => {
        await first?.();
        await second();
      };

/**
 * Resource options that await something before the object is created or changed, and not in a preview. What it throws
 * stops the update.
 */
export function beforeChange(until: Wait | undefined): Pick<pulumi.CustomResourceOptions, "hooks"> {
  return until ? { hooks: { beforeCreate: [until], beforeUpdate: [until] } } : {};
}
