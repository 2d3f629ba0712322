import { readFile } from "node:fs/promises";
import { InvalidArgumentError } from "commander";
import type { Address } from "../page/server/listen.ts";
import { WrongUse } from "./exit.ts";

/** Options that say where a page listens. */
export interface AddressOptions {
  readonly port?: number;
  readonly listen?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** The same each time, so that a page that is left open finds its server again. */
export const USUAL_PORT = 8440;

/** @throws WrongUse for an address beyond this machine without TLS, and for what TLS cannot be made of */
export async function pageAddress(options: AddressOptions): Promise<Address> {
  const { listen: host = "127.0.0.1", port: asked = USUAL_PORT } = options;
  const tls = await tlsOf(options);
  const { isLoopback } = await import("../page/server/listen.ts");
  if (tls || isLoopback(host)) return { host, port: asked, tls };
  throw new WrongUse(
    `--listen ${host} is beyond this machine, and there is no certificate`,
    "Give --tls-cert FILE and --tls-key FILE, or leave --listen out and reach the page through ssh -L.",
  );
}

/** A port of TCP; 0 is any free one. */
export function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError("Give a port from 0 to 65535.");
}

/** @throws WrongUse for half of what TLS needs, and for a file that cannot be read */
async function tlsOf({ tlsCert, tlsKey }: AddressOptions): Promise<Address["tls"]> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new WrongUse(
      `${tlsKey === undefined ? "--tls-cert" : "--tls-key"} comes alone`,
      "Give both, --tls-cert FILE and --tls-key FILE.",
    );
  const read = (option: string, file: string) =>
    readFile(file, "utf8").catch((error: Error) => {
      throw new WrongUse(`${option} ${file} cannot be read: ${error.message}`, "Name a file in PEM.");
    });
  const [cert, key] = await Promise.all([read("--tls-cert", tlsCert), read("--tls-key", tlsKey)]);
  return { cert, key };
}
