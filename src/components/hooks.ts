import * as pulumi from "@pulumi/pulumi";

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

/**
 * Resource options of a component under which each Kubernetes object in it awaits something before it is created or changed,
 * and not in a preview; before anything else that it awaits.
 */
export function guarded(
  mayChange: () => Promise<void>,
): Required<Pick<pulumi.ComponentResourceOptions, "transformations">> {
  const hook = new pulumi.ResourceHook("may-change", mayChange);
  const first = (hooks: readonly (pulumi.ResourceHook | pulumi.ResourceHookFunction)[] = []) => [
    hook,
    ...hooks,
  ];
  return {
    transformations: [
      ({ type, props, opts }) => {
        if (!type.startsWith("kubernetes:")) return undefined;
        const { hooks } = opts;
        const beforeCreate = first(hooks?.beforeCreate);
        const beforeUpdate = first(hooks?.beforeUpdate);
        return { props, opts: { ...opts, hooks: { ...hooks, beforeCreate, beforeUpdate } } };
      },
    ],
  };
}
