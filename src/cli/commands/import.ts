import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { connect } from "../../cluster/connect.ts";
import { runningDeployment } from "../../cluster/running-deployment.ts";
import { UserError } from "../../errors.ts";
import { importApplication } from "../../import/app.ts";
import { deploymentIn, type Manifest, manifestsIn, manifestsOf } from "../../import/manifest.ts";
import { requireImported } from "../../program/imported.ts";
import { WrongUse } from "../exit.ts";
import { printable, printableJson } from "../print/printable.ts";
import { printableYaml } from "../print/yaml.ts";
import { examples } from "../runner.ts";
import type { GlobalOptions } from "../session.ts";

interface Options {
  readonly file?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** It needs no project, and a cluster only where the Deployment is to be read from there. */
export const importCommand = (): Command =>
  new Command("import")
    .description("turns an existing Deployment into app for Pulumi.yaml; changes nothing")
    .argument("[deployment]", "read from the cluster of --context: deployment/NAME, or its name alone")
    .option(
      "-f, --file <file>",
      "or from YAML: the Deployment, with its ConfigMaps and its Service; - reads the standard input",
    )
    .option("--name <name>", "which Deployment, where the file has several")
    .option("-n, --namespace <namespace>", "of the Deployment in the cluster")
    .addHelpText(
      "after",
      examples(
        "canary import -f deployment.yaml > app.yaml",
        "helm template shop ./chart | canary import -f - --name shop",
        "canary import deployment/shop -n shop --context production",
      ),
    )
    .action(async (named: string | undefined, options: Options, command: Command) => {
      const given: Given = { ...command.optsWithGlobals<GlobalOptions>(), ...options };
      const manifests =
        given.file === undefined ? await fromCluster(named, given) : await fromFile(given.file, named);
      const deployment = deploymentIn(manifests, given.name, given.file ?? "the cluster");
      const others = manifests.filter((one) => one !== deployment);
      const { app, version, notes } = importApplication(deployment, others);
      if (given.json) {
        process.stdout.write(`${printableJson({ app, version: version ?? null, notes })}\n`);
      } else {
        process.stdout.write(printableYaml({ app: { value: app } }));
        const running = `release.previous is what runs now: ${version ?? "its image has no tag, name one"}`;
        const lines = [running, ...notes].map((line) => `- ${line}`);
        process.stderr.write(`${printable(["Look at these:", ...lines].join("\n"))}\n`);
      }
      await requireImported(app, version);
    });

type Given = Options & Pick<GlobalOptions, "json" | "context" | "kubeconfig">;

async function fromFile(file: string, named: string | undefined): Promise<readonly Manifest[]> {
  if (named !== undefined)
    throw new WrongUse(
      `${named} and -f ${file} are two places to read from`,
      `Leave one of them out; in a file with several Deployments say: --name ${nameOf(named)}.`,
    );
  return manifestsIn(await contentOf(file), file);
}

async function fromCluster(
  named: string | undefined,
  { namespace, context, kubeconfig }: Given,
): Promise<readonly Manifest[]> {
  const example = "canary import deployment/shop -n shop --context production";
  if (named === undefined)
    throw new WrongUse("nothing to import was named", `Name a file by -f, or a Deployment: ${example}.`);
  const name = nameOf(named);
  if (namespace === undefined)
    throw new WrongUse(`the namespace of ${named} is not named`, `Name it by -n, as in: ${example}.`);
  if (context === undefined)
    throw new WrongUse(
      `the cluster of ${named} is not named`,
      `Name a context of your kubeconfig (kubectl config get-contexts), as in: ${example}.`,
    );
  const api = await connect({ context, file: kubeconfig, namedBy: "options" });
  const objects = await runningDeployment(api, namespace, name);
  return objects.flatMap((object) => manifestsOf(object, `what ${api.server} answers`));
}

/** `deployment/shop`, `deploy/shop`, `deployment.apps/shop` and `shop` are shop. */
function nameOf(named: string): string {
  const [, kind = "deployment", name = ""] = /^(?:(.*)\/)?(.*)$/.exec(named) ?? [];
  if (/^(deploy|deployments?)(\..*)?$/i.test(kind) && name !== "") return name;
  throw new WrongUse(
    `${named} is no Deployment`,
    "Name one, as deployment/shop; StatefulSets and DaemonSets are not released in stages.",
  );
}

async function contentOf(file: string): Promise<string> {
  if (file === "-") return text(process.stdin);
  return readFile(file, "utf8").catch((error: Error) => {
    throw new UserError(
      `${file} cannot be read: ${error.message}`,
      "Name the file of the Deployment, or - for the standard input.",
    );
  });
}
