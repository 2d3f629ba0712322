import type { Fixture } from "../command/fixture.ts";
import { inOrder } from "../command/kubectl.ts";
import { breakCanary, CANARIES, healCanary, type Patient } from "./canaries.ts";

/** Something that takes traffic from the canary, on an application at canary-25, and leaves it there again. */
export interface Way {
  readonly name: string;
  /** Before the load begins. @returns what is measured under load */
  prepare(patient: Patient): Promise<() => Promise<void>>;
  restore(patient: Patient): Promise<void>;
}

/** Aborts of each kind of canary, and a rollback beside them; kubectl on the same Deployments where it is there. */
export const waysWith = (fixture: Fixture): readonly Way[] => [
  ...CANARIES.map((kind) => ({
    name: `abort at 25 %, the canary is ${kind}`,
    prepare: async (patient: Patient) => {
      await breakCanary(patient, kind);
      return () => move(patient, "abort", "--reason", kind);
    },
    restore: async (patient: Patient) => {
      await healCanary(patient, kind);
      await to25(patient);
    },
  })),
  {
    name: "abort at 75 %, the canary is healthy",
    prepare: (patient) => from75(patient, "abort", "--reason", "bench"),
    restore: to25,
  },
  {
    name: "rollback from 75 % to 25 %",
    prepare: (patient) => from75(patient, "rollback"),
    restore: async () => undefined,
  },
  ...(fixture.kubectl === undefined
    ? []
    : [
        {
          name: "kubectl, the same Deployments one after the other",
          prepare: () => inOrder(fixture),
          restore: to25,
        },
      ]),
];

const to25 = (patient: Patient): Promise<void> => move(patient, "promote", "canary-25");

async function from75(patient: Patient, ...words: readonly string[]): Promise<() => Promise<void>> {
  await move(patient, "promote", "canary-75");
  return () => move(patient, ...words);
}

/** Moves without measuring the share. @throws Error when the command does not end with 0 */
export const move = (patient: Patient, ...words: readonly string[]): Promise<void> =>
  succeed(patient, ...words, "--no-verify");

/** @throws Error when a command does not end with 0 */
export async function succeed(patient: Patient, ...words: readonly string[]): Promise<void> {
  const exitCode = await patient.canary(...words, "--yes");
  if (exitCode !== 0) throw new Error(`canary ${words.join(" ")} ended with ${exitCode}`);
}
