import { Command } from "commander";
import { UserError } from "../../errors.ts";
import { imageReference } from "../../model/names.ts";
import { findImage } from "../../project/image.ts";
import { planRelease, writeRelease } from "../../project/release.ts";
import { EXIT } from "../../results/exit.ts";
import { settingJson } from "../../results/json.ts";
import { newReleaseText } from "../print/release.ts";
import { examples, type Runner } from "../runner.ts";

interface Options {
  readonly abandon?: boolean;
  readonly image?: string;
  readonly set: readonly string[];
  readonly fromApp?: boolean;
  readonly registry?: string;
  readonly keepTag?: boolean;
}

export const releaseCommand = (run: Runner): Command =>
  new Command("release")
    .description("writes the next release into Pulumi.yaml: the version that is live, then this one")
    .argument("<version>", "the canary: an image tag or digest, or a name of its own")
    .option("--abandon", "put it in the place of a canary that is under way")
    .option(
      "--image <tag>",
      "its image, where its name is not the tag (with --set or --from-app: default the live one's)",
    )
    .option(
      "--set <key=value>",
      "what it changes of app, for example env.LOG_LEVEL=debug; null takes away (repeatable)",
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option("--from-app", "app in Pulumi.yaml was edited for it: the live version keeps what it was")
    .option("--registry <host>", "where to look for an image that names no registry")
    .option("--keep-tag", "write the image as it is named, where the registry says which digest that is")
    .addHelpText(
      "after",
      examples(
        "canary release 2.4.23",
        "canary release 2.4.24 --abandon",
        "canary release debug --set env.LOG_LEVEL=debug",
        "canary release 2.4.23-tuned --image 2.4.23 --from-app",
      ),
    )
    .action(
      run<Options>(async ({ project, cluster, terminal }, [name = ""], options) => {
        const { app } = project.config;
        const { registry, image: tag, set, fromApp = false, abandon = false } = options;
        const api = await cluster();
        const plan = (image: string | undefined) =>
          planRelease(project, api, { name, abandon, image, set, fromApp });
        const asNamed = await plan(tag);
        const named = imageReference(app.image, asNamed.image);
        const answer = await findImage(app.image, asNamed.image, registry);
        if (answer.found === false) {
          throw new UserError(
            `the registry has no image ${named}`,
            "Push it first, or name another version.",
          );
        }
        if (answer.found === undefined)
          terminal.note(`Not checked whether image ${named} exists: ${answer.reason}`);
        const digest = answer.found && !options.keepTag ? answer.digest : undefined;
        const isPinned = digest !== undefined && digest !== asNamed.image;
        if (isPinned)
          terminal.note(`${named} is ${digest}, which is written: a tag can be moved (--keep-tag)`);
        const planned = isPinned ? await plan(digest) : asNamed;
        const { before, after, settings } = planned;
        const image = imageReference(app.image, planned.image);
        await writeRelease(project, planned);
        const commit = `git commit -m "Release ${app.name} ${name}" Pulumi.yaml`;
        const result = {
          before,
          after,
          settings: settings.map(settingJson),
          image,
          imageFound: answer.found ?? null,
          commit,
        };
        terminal.result(result, newReleaseText);
        return EXIT.done;
      }),
    );
