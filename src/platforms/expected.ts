import type { Check } from "./check.ts";

export const PLATFORM_NAMES = ["github", "gitlab"] as const;
export type PlatformName = (typeof PLATFORM_NAMES)[number];

/** The environment of the jobs that preview a pull or merge request, whose branch is any. */
export const PREVIEW = "preview";

/** What is looked at. */
export interface Subject {
  /** `acme/shop`; at GitLab with the groups above it. */
  readonly repository: string;
  /** Environments of the foundation and of every stage: what changes the cluster. */
  readonly guarded: readonly string[];
}

/** What was found at it. */
export interface Examination {
  readonly branch: string;
  readonly checks: readonly Check[];
}
