/**
 * `npm run -s gate -- FILE.json`: what the gate says to the looks in a file, as JSON, by the functions that the command
 * uses. So anyone can hold it against other numbers. The form of the file is in docs/gate.md.
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../src/errors.ts";
import { boundOf, type GateState, type Judgement, judge, newSoak, withLook } from "../../src/gate/gate.ts";
import type { Look } from "../../src/gate/look.ts";
import { DEFAULTS, type GateParameters } from "../../src/gate/parameters.ts";

const WRONG_USE = 2;

const positive = z.number().positive();
const count = z.int().min(0);
const parts = z.array(positive).min(1);

const parametersSchema = z.object({
  ratio: positive.optional(),
  points: z.number().min(0).optional(),
  grid: parts.optional(),
  alarmA: positive.optional(),
  alarmB: positive.optional(),
  /** [least part of the requests that fail, looks, failures] */
  runs: z.array(z.tuple([z.number().min(0).max(1), count, count])).optional(),
  runTimes: positive.optional(),
  niRatio: positive.optional(),
  niPoints: z.number().min(0).optional(),
  niGrid: parts.optional(),
  niPass: positive.optional(),
  exponentCap: positive.max(700).optional(),
  cap: positive.optional(),
});

const lookSchema = z
  .tuple([count, count, count, count])
  .refine(([canary, failed]) => failed <= canary, "more of the canary's requests fail than there are")
  .refine(([, , previous, failed]) => failed <= previous, "more of previous' requests fail than there are");

const fileSchema = z.object({
  parameters: parametersSchema.default({}),
  gates: z.array(z.object({ name: z.string(), planned: count.min(1), looks: z.array(lookSchema) })),
});

function parametersOf({ runs, ...given }: z.output<typeof parametersSchema>): GateParameters {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const rules = runs?.map(([share, looks, failures]) => ({ share, looks, failures }));
  return { ...DEFAULTS, ...set, ...(rules && { runs: rules }) };
}

function evaluate(
  { name, planned, looks }: z.output<typeof fileSchema>["gates"][number],
  parameters: GateParameters,
) {
  let state: GateState = newSoak(planned, parameters);
  const all = looks.map((look, index) => {
    state = withLook(state, lookOf(look), parameters);
    return { look: index + 1, ...judge(state, parameters) };
  });
  const first = (decision: Judgement["decision"]) =>
    all.find((one) => one.decision === decision)?.look ?? null;
  return {
    name,
    firstHarm: first("harm"),
    firstFine: first("fine"),
    bound: boundOf(state, parameters),
    all,
  };
}

const lookOf = ([canary, canaryFailed, previous, previousFailed]: z.output<typeof lookSchema>): Look => ({
  canary: { requests: canary, failed: canaryFailed },
  previous: { requests: previous, failed: previousFailed },
});

async function read(file: string | undefined): Promise<z.output<typeof fileSchema>> {
  const hint = "Give one file: npm run -s gate -- FILE.json. docs/gate.md has its form.";
  if (file === undefined) throw new UserError("no file is given", hint);
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}`, hint);
  }
  const parsed = fileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    ({ path, message }) => `${file}: ${path.join(".") || "it"}: ${message}`,
  );
  throw new UserError(lines.join("\n"), hint);
}

try {
  const { parameters, gates } = await read(process.argv[2]);
  const given = parametersOf(parameters);
  console.log(JSON.stringify({ gates: gates.map((gate) => evaluate(gate, given)) }));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.toString());
  process.exitCode = WRONG_USE;
}
