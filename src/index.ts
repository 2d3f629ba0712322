import { program } from "./program/program.ts";

/** The program of every stack. The only export: Pulumi takes a default one or named ones, and not both. */
export default (): ReturnType<typeof program> => program();
