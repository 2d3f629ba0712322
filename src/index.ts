import type { Outputs } from "./outputs.ts";
import { program } from "./program.ts";

/** The program of every stage stack. The only export: Pulumi takes a default one or named ones, and not both. */
export default (): Promise<Outputs> => program();
