import { UserError } from "../../errors.ts";
import { askEnvoy, type EnvoyView } from "./envoy.ts";
import { patienceOf, until, type Waited } from "./waited.ts";

/** What every Envoy is asked for, until it says so. */
export interface Question {
  /** What is still to come, as a text; undefined once nothing is. */
  readonly missing: (view: EnvoyView) => string | undefined | Promise<string | undefined>;
  /** What is thrown with the last of these texts. */
  readonly failure: (reason: string) => UserError;
  /** Without it as long as an Envoy may take to follow. */
  readonly seconds?: number;
}

/**
 * Asks every Envoy of the configuration, until each has nothing missing.
 * @returns whether they could all be asked: where not, time has to do. An Envoy whose numbers are out of reach must not
 * hold up the way back.
 * @throws the question's failure when one of them does not come to it in time
 */
export async function everyEnvoy(waited: Waited, question: Question): Promise<boolean> {
  const { envoy: urls } = waited.config.edge;
  if (!urls) return false;
  const asked = await Promise.all(urls.map((url) => askUntil(url, waited, question)));
  return asked.every((one) => one);
}

async function askUntil(url: string, waited: Waited, { missing, failure, seconds }: Question) {
  const { config, plan, warn } = waited;
  const patience = patienceOf(waited);
  let answered = performance.now();
  let isAsked = true;
  await until(
    seconds ?? patience.followed,
    (reason) => failure(`Envoy at ${url}: ${reason}`),
    async () => {
      const view = await askEnvoy(url, { namespace: config.namespace, plan }).catch(asAnswer);
      if (!(view instanceof UserError)) {
        answered = performance.now();
        return missing(view);
      }
      if (performance.now() - answered < patience.unread * 1000) return view.message;
      isAsked = false;
      warn(`${view.message}; it is given edge.propagationSeconds, ${config.edge.propagationSeconds} s`);
      return undefined;
    },
  );
  return isAsked;
}

function asAnswer(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}
