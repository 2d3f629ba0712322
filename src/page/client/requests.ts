import type { ActionRefused, ActionRequest, PreviewAnswer } from "../contract.ts";

const UNREACHED: ActionRefused = {
  message: "canary page does not answer.",
  hint: "Look at the terminal in which it runs.",
};

/** The exact preview of a stage, which the engine makes in some seconds. */
export async function askPreview(stage: string): Promise<PreviewAnswer> {
  const answer = await ask(`/preview?stage=${encodeURIComponent(stage)}`);
  return answer === undefined ? { refused: UNREACHED } : asPreview(answer.body);
}

/** Begins an action. @returns why not, where it did not begin */
export async function begin(request: ActionRequest, csrf: string): Promise<ActionRefused | undefined> {
  return refusalOf(await ask("/actions", post(csrf, request)));
}

/** What Ctrl-C does to the command. @returns why not, where that could not be asked for */
export async function cancel(id: string, csrf: string): Promise<ActionRefused | undefined> {
  return refusalOf(await ask(`/actions/${encodeURIComponent(id)}/cancel`, post(csrf, {})));
}

interface Answer {
  readonly ok: boolean;
  readonly body: unknown;
}

const post = (csrf: string, body: object): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", "x-canary-csrf": csrf },
  body: JSON.stringify(body),
});

/** Undefined where nobody answers; an answer that is no JSON has no body. */
async function ask(path: string, options?: RequestInit): Promise<Answer | undefined> {
  try {
    const response = await fetch(path, options);
    return { ok: response.ok, body: await response.json().catch(() => undefined) };
  } catch {
    return undefined;
  }
}

function asPreview(body: unknown): PreviewAnswer {
  const isAnswer = typeof body === "object" && body !== null && ("preview" in body || "refused" in body);
  return isAnswer ? (body as PreviewAnswer) : { refused: refusalIn(body) };
}

function refusalOf(answer: Answer | undefined): ActionRefused | undefined {
  if (!answer) return UNREACHED;
  return answer.ok ? undefined : refusalIn(answer.body);
}

function refusalIn(body: unknown): ActionRefused {
  const refused =
    typeof body === "object" && body !== null && "message" in body ? (body as ActionRefused) : undefined;
  return refused ?? { message: "canary page refused it and did not say why.", hint: UNREACHED.hint };
}
