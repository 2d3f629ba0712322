import type { Outputs } from "./program/outputs.ts";
import { program } from "./program/program.ts";

/** The program of every stage stack. The only export: Pulumi takes a default one or named ones, and not both. */
export default (): Promise<Outputs> => program();
