/** What a suffix multiplies by: "Resource Quantity" of the Kubernetes API reference. */
const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity as a number of its unit, CPUs or bytes: `100m` is 0.1, `64Mi` is 67108864. @throws Error for what is none */
export function quantityOf(text: string | number): number {
  const [, digits, exponent, suffix = ""] =
    /^([+-]?[\d.]+)(?:[eE]([+-]?\d+)|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/.exec(String(text)) ?? [];
  const value = Number(digits) * 10 ** Number(exponent ?? 0) * (SUFFIXES[suffix] ?? Number.NaN);
  if (Number.isNaN(value)) throw new Error(`no quantity: ${text}`);
  return value;
}

// Both in the form that the API server gives them: another one would look like a change of an object that is as it was.

/** CPUs, rounded up to thousandths: `2`, `1500m`. */
export function cpuText(cpus: number): string {
  const thousandths = Math.ceil(Number((cpus * 1000).toFixed(3)));
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** Bytes, rounded up to MiB: `192Mi`, `2Gi`. */
export function memoryText(bytes: number): string {
  const mebibytes = Math.ceil(bytes / 2 ** 20);
  return mebibytes > 0 && mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}
