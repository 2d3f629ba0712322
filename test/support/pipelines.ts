import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

type Json = Record<string, unknown>;

/** A job of a pipeline, reduced to what runs and when. */
export interface Job {
  readonly name: string;
  /** Environment whose approval or variables it has. */
  readonly environment: string | undefined;
  /** Waits for somebody to start it. GitHub's waits by its environment instead. */
  readonly manual: boolean;
  readonly needs: readonly string[];
  /** What its commands find in the environment, besides the platform's own. */
  readonly variables: Readonly<Record<string, string>>;
  /** Shell commands that get the machine ready: checkout, dependencies, credentials. */
  readonly setup: readonly string[];
  /** Shell commands that do the work, in order: each has to succeed before the next. */
  readonly commands: readonly string[];
}

const root = new URL("../../", import.meta.url);

/** Files that a user copies, by platform. */
export const PIPELINES = {
  github: readdirSync(new URL("pipelines/github/", root)).map((name) => `pipelines/github/${name}`),
  gitlab: ["pipelines/gitlab/.gitlab-ci.yml"],
} as const;

export const textOf = (file: string): string => readFileSync(new URL(file, root), "utf8");

const yamlOf = (file: string): Json => parse(textOf(file)) as Json;

const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const strings = (value: unknown): string[] => list(value).map(String);

/** GitLab's file with every `extends` resolved and the templates left out: what GitLab itself works with. */
export function resolvedGitlab(): Json {
  const file = yamlOf("pipelines/gitlab/.gitlab-ci.yml");
  const entries = Object.entries(file).filter(([key]) => !key.startsWith("."));
  return Object.fromEntries(
    entries.map(([key, value]) => [key, isJob(value) ? withoutExtends(value, file) : value]),
  );
}

/** Later templates win over earlier ones and the job over all; only maps are merged. GitLab's manual, `extends`. */
function withoutExtends({ extends: templates, ...own }: Json, file: Json): Json {
  return strings(templates)
    .map((name) => withoutExtends(file[name] as Json, file))
    .concat(own)
    .reduce(merged, {});
}

function merged(under: Json, over: Json): Json {
  const both = Object.entries(over).map(([key, value]) => {
    const below = under[key];
    return [key, isMap(below) && isMap(value) ? merged(below, value) : value];
  });
  return { ...under, ...Object.fromEntries(both) };
}

const isMap = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isJob = (value: unknown): value is Json => isMap(value) && ("extends" in value || "script" in value);

/** Every job of GitLab's pipeline by its name. */
export function gitlabJobs(): Readonly<Record<string, Job>> {
  const jobs = Object.entries(resolvedGitlab()).filter((entry): entry is [string, Json] => isJob(entry[1]));
  return Object.fromEntries(jobs.map(([name, job]) => [name, gitlabJob(name, job)]));
}

function gitlabJob(name: string, job: Json): Job {
  const named = (text: unknown) => String(text).replaceAll("$CI_JOB_NAME", name);
  const variables = Object.entries((job.variables ?? {}) as Json).map(([key, value]) => [key, named(value)]);
  return {
    name,
    environment: isMap(job.environment) ? named(job.environment.name) : undefined,
    manual: list(job.rules).every((rule) => isMap(rule) && rule.when === "manual"),
    needs: strings(job.needs),
    variables: Object.fromEntries(variables),
    setup: strings(job.before_script),
    commands: strings(job.script),
  };
}

/** The jobs of GitHub's release workflow that apply a stage, by the stage's name. */
export function githubJobs(): Readonly<Record<string, Job>> {
  const { jobs } = yamlOf("pipelines/github/canary.yml") as { jobs: Record<string, Json> };
  const calls = Object.entries(jobs).filter(([, job]) => String(job.uses).endsWith("/canary-stage.yml"));
  return Object.fromEntries(
    calls.map(([name, { needs, with: inputs }]) => {
      const { stage } = inputs as { stage: string };
      return [stage, { ...githubStage(stage, inputs as Json), name, needs: strings(needs) }];
    }),
  );
}

/**
 * What the pull request's job asks of pulumi/actions, as the command that stands for it: an action cannot be run.
 * By the action's documentation of its inputs; `--non-interactive` as every job has it.
 */
export function githubPreview(): string {
  const { jobs } = yamlOf("pipelines/github/canary.yml") as { jobs: { preview: { steps: Json[] } } };
  const step = jobs.preview.steps.find(({ uses }) => String(uses).startsWith("pulumi/actions@"));
  const inputs = (step?.with ?? {}) as Json;
  const switches = ["diff", "suppress-outputs"].filter((name) => inputs[name] === true);
  const flags = [...switches.map((name) => `--${name}`), `--policy-pack ${inputs.policyPacks}`];
  return [`pulumi ${inputs.command} --stack ${inputs["stack-name"]} --non-interactive`, ...flags].join(" ");
}

/** What the reusable workflow does for a stage, with the inputs that it is called with. */
export function githubStage(stage: string, inputs: Json = {}): Job {
  const { jobs } = yamlOf("pipelines/github/canary-stage.yml") as { jobs: { apply: Json } };
  const { env = {}, steps, environment } = jobs.apply as { env?: Json; steps: Json[]; environment: string };
  const given = (text: unknown) =>
    String(text)
      .replaceAll(/\$\{\{ inputs\.stage \}\}/g, stage)
      .replaceAll(/\$\{\{ inputs\.back \}\}/g, String(inputs.back === true));
  const isRun = (condition: unknown) => condition === undefined || isTrue(String(condition), inputs);
  const runs = steps.flatMap(({ run, if: condition }) =>
    run !== undefined && isRun(condition) ? [String(run)] : [],
  );
  const variables = Object.entries(env).filter(([, value]) => !String(value).includes("vars."));
  return {
    name: stage,
    environment: given(environment),
    manual: false,
    needs: [],
    variables: Object.fromEntries(variables.map(([key, value]) => [key, given(value)])),
    setup: runs.filter((run) => !isWork(run)),
    commands: runs.filter(isWork),
  };
}

const isWork = (run: string): boolean => /^(pulumi|npm run --silent canary) /.test(run);

/** The conditions that the workflow has: an input, `inputs.promotion`, or that it is not given, `${{ !inputs.promotion }}`. */
function isTrue(condition: string, inputs: Json): boolean {
  const [, not, name] = /^(?:\$\{\{ )?(!?)inputs\.(\w+)(?: \}\})?$/.exec(condition) ?? [];
  if (name === undefined) throw new Error(`a condition that is not understood here: ${condition}`);
  return (inputs[name] === true) !== (not === "!");
}
