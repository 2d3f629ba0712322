import { Command } from "commander";
import { UserError } from "../../errors.ts";
import { imageReference } from "../../model/names.ts";
import { findImage } from "../../project/image.ts";
import { planRelease, requireVersion, writeRelease } from "../../project/release.ts";
import { EXIT } from "../exit.ts";
import { newReleaseText } from "../print/release.ts";
import { examples, type Runner } from "../runner.ts";

interface Options {
  readonly abandon?: boolean;
  readonly registry?: string;
}

export const releaseCommand = (run: Runner): Command =>
  new Command("release")
    .description("writes the next release into Pulumi.yaml: the version that is live, then this one")
    .argument("<version>", "image tag or digest of the canary")
    .option("--abandon", "put it in the place of a canary that is under way")
    .option("--registry <host>", "where to look for an image that names no registry")
    .addHelpText("after", examples("canary release 2.4.23", "canary release 2.4.24 --abandon"))
    .action(
      run<Options>(async ({ project, cluster, terminal }, [version = ""], { abandon, registry }) => {
        const { app } = project.config;
        const { before, after } = await planRelease(project, await cluster(), version, abandon === true);
        requireVersion(project, after);
        const image = imageReference(app.image, version);
        const answer = await findImage(app.image, version, registry);
        if (answer.found === false) {
          throw new UserError(
            `the registry has no image ${image}`,
            "Push it first, or name another version.",
          );
        }
        if (answer.found === undefined)
          terminal.note(`Not checked whether image ${image} exists: ${answer.reason}`);
        await writeRelease(project, after);
        const commit = `git commit -m "Release ${app.name} ${version}" Pulumi.yaml`;
        const result = { before, after, image, imageFound: answer.found ?? null, commit };
        terminal.result(result, () => newReleaseText(result));
        return EXIT.done;
      }),
    );
