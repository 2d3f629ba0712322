import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { stringify } from "yaml";
import { UserError } from "../../errors.ts";
import { importApplication } from "../../import/app.ts";
import { deploymentIn, manifestsIn } from "../../import/manifest.ts";
import { requireImported } from "../../program/imported.ts";
import { printable } from "../print/printable.ts";
import { examples } from "../runner.ts";

interface Options {
  readonly file: string;
  readonly name?: string;
}

/** It needs neither a project nor a cluster. */
export const importCommand = (): Command =>
  new Command("import")
    .description("turns the YAML of an existing Deployment into app for Pulumi.yaml; changes nothing")
    .requiredOption(
      "-f, --file <file>",
      "the Deployment, with its ConfigMaps and its Service; - reads the standard input",
    )
    .option("--name <name>", "which Deployment, where the file has several")
    .addHelpText(
      "after",
      examples(
        "canary import -f deployment.yaml > app.yaml",
        "kubectl get deployment shop -o yaml | canary import -f -",
      ),
    )
    .action(async (options: Options, command: Command) => {
      const { file, name, json } = { ...command.optsWithGlobals<{ readonly json?: boolean }>(), ...options };
      const manifests = manifestsIn(await contentOf(file), file);
      const deployment = deploymentIn(manifests, name, file);
      const others = manifests.filter((one) => one !== deployment);
      const { app, version, notes } = importApplication(deployment, others);
      if (json) {
        process.stdout.write(`${JSON.stringify({ app, version: version ?? null, notes }, null, 2)}\n`);
      } else {
        process.stdout.write(stringify({ app: { value: app } }));
        const running = `release.previous is what runs now: ${version ?? "its image has no tag, name one"}`;
        const lines = [running, ...notes].map((line) => `- ${line}`);
        process.stderr.write(`${printable(["Look at these:", ...lines].join("\n"))}\n`);
      }
      await requireImported(app, version);
    });

async function contentOf(file: string): Promise<string> {
  if (file === "-") return text(process.stdin);
  return readFile(file, "utf8").catch((error: Error) => {
    throw new UserError(
      `${file} cannot be read: ${error.message}`,
      "Name the file of the Deployment, or - for the standard input.",
    );
  });
}
