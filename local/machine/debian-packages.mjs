/** The Debian packages that the local environment needs, and which of them this machine lacks. In plain Node. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Folders of programs for root, which a user's PATH may lack. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/** A file that must be there (a bare name: on PATH), and the Debian package that has it. */
export const CLUSTER_PACKAGES = {
  containerd: "containerd",
  ctr: "containerd",
  runc: "runc",
  etcd: "etcd-server",
  "/usr/lib/cni/bridge": "containernetworking-plugins",
  iptables: "iptables",
  openssl: "openssl",
  tini: "tini",
  ip: "iproute2",
  apache2: "apache2-bin",
};

export const EDGE_PACKAGES = { "/usr/sbin/haproxy": "haproxy" };

/** Only where somebody asks for it. */
export const PROMETHEUS_PACKAGES = { "/usr/bin/prometheus": "prometheus" };

/** Debian's Chromium. */
export const CHROMIUM = "/usr/bin/chromium";

/** For the page's tests and pictures alone: a browser, and fonts, without which it draws empty boxes. */
export const BROWSER_PACKAGES = {
  [CHROMIUM]: "chromium",
  "/usr/share/fonts/opentype/inter/Inter-Regular.otf": "fonts-inter",
  "/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf": "fonts-liberation",
};

/** The packages among `needed` whose files are not there, each once. */
export async function missingPackages(needed, env = process.env) {
  const checks = Object.entries(needed).map(async ([file, name]) =>
    (await isInstalled(file, env)) ? [] : [name],
  );
  return [...new Set((await Promise.all(checks)).flat())];
}

/** Whether a file is there: an absolute path, or the name of a program on PATH or among those for root. */
export async function isInstalled(file, env) {
  const folders = [...(env.PATH ?? "").split(delimiter), ...SYSTEM_FOLDERS];
  const paths = file.startsWith("/") ? [file] : folders.map((folder) => join(folder, file));
  const found = await Promise.all(paths.map((path) => isAccessible(path, constants.F_OK)));
  return found.includes(true);
}

/** Whether this user may use a file that way: `mode` as access(2) takes it. */
export function isAccessible(path, mode) {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
