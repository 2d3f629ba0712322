/** A file that must be there (a bare name: on PATH), and the Debian package that has it. */
export type Needed = Readonly<Record<string, string>>;

export const CLUSTER_PACKAGES: Needed;
export const EDGE_PACKAGES: Needed;
export const PROMETHEUS_PACKAGES: Needed;
export const CHROMIUM: string;
export const BROWSER_PACKAGES: Needed;
export function missingPackages(needed: Needed, env?: NodeJS.ProcessEnv): Promise<string[]>;
