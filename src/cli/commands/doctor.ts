import { Command, InvalidArgumentError, Option } from "commander";
import { PLATFORM_NAMES, type PlatformName } from "../../platforms/expected.ts";
import { PLATFORMS, platformAt } from "../../platforms/platform.ts";
import { readerOf } from "../../platforms/reader.ts";
import { originOf, type Remote } from "../../platforms/remote.ts";
import { EXIT, exitCodeOfChecks } from "../../results/exit.ts";
import type { DoctorJson } from "../../results/schemas.ts";
import { WrongUse } from "../exit.ts";
import { doctorText } from "../print/doctor.ts";
import { examples, type Runner } from "../runner.ts";

interface Options {
  readonly platform?: PlatformName;
  readonly repository?: string;
  readonly api?: URL;
}

export const doctorCommand = (run: Runner): Command =>
  new Command("doctor")
    .description(
      `reads GitHub's or GitLab's settings, and says what of docs/pipelines.md is not so; ends with ${EXIT.doesNotFit} then, and with ${EXIT.held} when something cannot be read. Changes nothing`,
    )
    .addOption(
      new Option("--platform <name>", "where the repository is (default: by the remote origin)").choices(
        PLATFORM_NAMES,
      ),
    )
    .option("--repository <path>", "OWNER/NAME there (default: by the remote origin)")
    .addOption(
      new Option("--api <url>", "its API, for a server of one's own: https://HOST/api/v3 or /v4").argParser(
        apiAddress,
      ),
    )
    .addHelpText(
      "after",
      `\nThe token is read from GITHUB_TOKEN or GITLAB_TOKEN.\n${examples(
        "canary doctor",
        "canary doctor --platform github --repository acme/shop --json",
        "canary doctor --platform gitlab --api https://git.example.com/api/v4",
      )}`,
    )
    .action(
      run<Options>(async ({ project, terminal, signal }, _args, options) => {
        const target = await targetOf(options, () => originOf(project.directory, signal));
        const platform = PLATFORMS[target.platform];
        const token = process.env[platform.tokenVariable]?.trim() ?? "";
        if (token === "") {
          throw new WrongUse(
            `${platform.tokenVariable} is not set`,
            `Set it to a token that may read the settings: ${platform.tokenNeeds}.`,
          );
        }
        const { founding, abort, lifecycle } = project.config;
        const reader = readerOf({ api: target.api, token, signal, ...platform.access });
        const subject = { repository: target.repository, guarded: [founding, abort, ...lifecycle] };
        const { branch, checks } = await platform.examine(reader, subject);
        const result: DoctorJson = {
          platform: target.platform,
          api: target.api.href,
          repository: target.repository,
          branch,
          checks: [...checks],
        };
        terminal.result(result, (shown) => doctorText(shown, platform));
        return exitCodeOfChecks(checks);
      }),
    );

interface Target {
  readonly platform: PlatformName;
  readonly repository: string;
  readonly api: URL;
}

/**
 * Which repository is meant, and where it is asked for. A token goes to the vendor of its platform, or where `--api` says: never
 * to a host that a remote alone names.
 */
async function targetOf(options: Options, origin: () => Promise<Remote | undefined>): Promise<Target> {
  const isNamed = options.platform !== undefined && options.repository !== undefined;
  const remote = isNamed ? undefined : await origin();
  const name = options.platform ?? (remote && platformAt(remote.host));
  if (name === undefined) {
    throw new WrongUse(
      remote
        ? `the remote origin is at ${remote.host}, which is no host of GitHub or GitLab`
        : "there is no remote origin",
      "Name the platform: --platform github or --platform gitlab, with --repository OWNER/NAME.",
    );
  }
  const platform = PLATFORMS[name];
  const repository = options.repository ?? remote?.path ?? "";
  if (!platform.repositoryForm.test(repository)) {
    throw new WrongUse(
      repository === "" ? "there is no remote origin" : `${repository} is no repository of ${platform.title}`,
      "Name it as its address does: --repository OWNER/NAME.",
    );
  }
  if (options.api !== undefined) return { platform: name, repository, api: options.api };
  if (remote !== undefined && platformAt(remote.host) !== name) {
    throw new WrongUse(
      `the remote origin is at ${remote.host}, and no token is sent there unasked`,
      `Name its API: --api https://${remote.host}${platform.apiPath}`,
    );
  }
  return { platform: name, repository, api: new URL(platform.api) };
}

/** @throws InvalidArgumentError for an address that a token may not be sent to */
function apiAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHere = url?.protocol === "http:" && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (
    !url ||
    !(url.protocol === "https:" || isHere) ||
    `${url.username}${url.password}${url.search}${url.hash}` !== ""
  ) {
    throw new InvalidArgumentError("Give an address that begins with https://, such as https://HOST/api/v4.");
  }
  return url;
}
