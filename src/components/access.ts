/** Verbs of a Role for objects that the deployer only looks at. */
export const READ = ["get", "list", "watch"];

/** Verbs of a Role for objects that the deployer declares. */
export const WRITE = [...READ, "create", "update", "patch", "delete"];
