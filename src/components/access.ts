/** Verbs of a Role for objects whose changes are waited for. */
export const WATCH = ["list", "watch"];

/** Verbs of a Role for objects that are only looked at. */
export const READ = ["get", ...WATCH];

/**
 * Verbs of a Role for objects that the deployer declares. Server-side apply makes an object by a patch, and is refused
 * without create; list and watch are how the Kubernetes provider waits until an object that it deletes is gone.
 */
export const DECLARE = [...READ, "create", "patch", "delete"];
