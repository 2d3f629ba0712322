import { type Examination, PLATFORM_NAMES, type PlatformName, type Subject } from "./expected.ts";
import { examineGitHub } from "./github/examine.ts";
import { examineGitLab } from "./gitlab/examine.ts";
import type { Access, Reader } from "./reader.ts";

/** A place where repositories are and pipelines run. */
export interface Platform {
  readonly title: string;
  /** Variable of the environment that has the token. */
  readonly tokenVariable: string;
  /** What a token needs for all of it. */
  readonly tokenNeeds: string;
  /** Hosts of the vendor's own, as remotes have them. */
  readonly hosts: readonly string[];
  readonly api: string;
  /** Path of the API on a server of one's own. */
  readonly apiPath: string;
  readonly repositoryForm: RegExp;
  readonly access: Pick<Access, "headers" | "pageSize">;
  /** @throws UserError where the repository itself is not to be seen */
  examine(reader: Reader, subject: Subject): Promise<Examination>;
}

/** A name in a path, which leads no way up. */
const NAME = "(?!\\.{1,2}(?:/|$))[\\w.-]+";

export const PLATFORMS: Readonly<Record<PlatformName, Platform>> = {
  github: {
    title: "GitHub",
    tokenVariable: "GITHUB_TOKEN",
    tokenNeeds:
      "a fine-grained token that reads Actions, Administration, Environments, Metadata and Variables",
    hosts: ["github.com", "ssh.github.com"],
    api: "https://api.github.com",
    apiPath: "/api/v3",
    repositoryForm: new RegExp(`^${NAME}/${NAME}$`),
    access: {
      headers: {
        Accept: "application/vnd.github+json",
        "User-Agent": "canary-stages",
        "X-GitHub-Api-Version": "2022-11-28",
      },
      // Lists of variables give no more.
      pageSize: 30,
    },
    examine: examineGitHub,
  },
  gitlab: {
    title: "GitLab",
    tokenVariable: "GITLAB_TOKEN",
    tokenNeeds:
      "a token with the scope read_api of a Maintainer of the project and of the groups above it; protected environments and approval rules are of GitLab Premium",
    hosts: ["gitlab.com", "altssh.gitlab.com"],
    api: "https://gitlab.com/api/v4",
    apiPath: "/api/v4",
    repositoryForm: new RegExp(`^${NAME}(?:/${NAME})+$`),
    access: { headers: { "User-Agent": "canary-stages" }, pageSize: 100 },
    examine: examineGitLab,
  },
};

/** The platform whose vendor has a host; undefined for a server of one's own. */
export const platformAt = (host: string): PlatformName | undefined =>
  PLATFORM_NAMES.find((name) => PLATFORMS[name].hosts.includes(host));
