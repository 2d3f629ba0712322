import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { HTTPD_TAGS, httpdImage, PUBLIC_HTTPD_TAGS } from "./names.ts";
import { digestOf, type Recipe } from "./recipe.ts";

/** Where the image that everybody knows as `httpd` has its files. */
const SERVER_ROOT = "/usr/local/apache2";
const BINARY = "/usr/sbin/apache2";
const MODULES = ["mpm_event", "authz_core", "dir", "mime", "setenvif", "headers", "alias", "status"];

/** Every log goes to the container's output; what is written at run time is in logs/, for a volume. */
const CONFIGURATION = `ServerRoot "${SERVER_ROOT}"
ServerName localhost
Listen 80
${MODULES.map((name) => `LoadModule ${name}_module modules/mod_${name}.so`).join("\n")}
User daemon
Group daemon
DefaultRuntimeDir logs
PidFile logs/httpd.pid
Mutex pthread
ErrorLog /proc/self/fd/2
LogLevel warn
LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
CustomLog /proc/self/fd/1 common
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 5
ServerLimit 4
ThreadsPerChild 64
MaxRequestWorkers 256
StartServers 1
MinSpareThreads 16
MaxSpareThreads 128
TypesConfig conf/mime.types
DocumentRoot "${SERVER_ROOT}/htdocs"
DirectoryIndex index.html
<Directory />
  AllowOverride none
  Require all denied
</Directory>
<Directory "${SERVER_ROOT}/htdocs">
  Require all granted
</Directory>
`;

/** Files that are written, by their path in the image. */
const TEXTS: Record<string, string> = {
  [`${SERVER_ROOT}/conf/httpd.conf`]: CONFIGURATION,
  [`${SERVER_ROOT}/conf/mime.types`]: "text/html html htm\ntext/plain txt\napplication/json json\n",
  [`${SERVER_ROOT}/htdocs/index.html`]: "<html><body><h1>It works!</h1></body></html>\n",
  "/etc/passwd": "root:x:0:0:root:/:/bin/false\ndaemon:x:1:1:daemon:/:/bin/false\n",
  "/etc/group": "root:x:0:\ndaemon:x:1:\n",
  "/etc/nsswitch.conf": "passwd: files\ngroup: files\n",
};

/** A real Apache httpd from Debian's package apache2-bin, under the tags of the walkthrough. */
export async function httpdRecipe(): Promise<Recipe> {
  const copies = await copiedFiles();
  const contents = await Promise.all(
    [...copies].map(async ([target, source]) => [target, await readFile(source)] as const),
  );
  return {
    name: "httpd",
    inputs: digestOf([...contents, ...Object.entries(TEXTS)]),
    images: [
      {
        references: [...HTTPD_TAGS, ...PUBLIC_HTTPD_TAGS].map(httpdImage),
        config: {
          Entrypoint: [
            `${SERVER_ROOT}/bin/httpd`,
            "-d",
            SERVER_ROOT,
            "-f",
            "conf/httpd.conf",
            "-DFOREGROUND",
          ],
          WorkingDir: SERVER_ROOT,
          ExposedPorts: { "80/tcp": {} },
          // Graceful stop: what is being answered is answered to its end.
          StopSignal: "SIGWINCH",
        },
      },
    ],
    stage: (rootFolder) => stage(rootFolder, copies),
  };
}

/** The binary, its modules, and every library that the loader finds for them: path in the image → on this machine. */
async function copiedFiles(): Promise<Map<string, string>> {
  const modules = MODULES.map((name) => `/usr/lib/apache2/modules/mod_${name}.so`);
  const { stdout } = await execa("ldd", [BINARY, ...modules]);
  const libraries = parseLdd(stdout);
  return new Map([
    [`${SERVER_ROOT}/bin/httpd`, BINARY],
    ...modules.map((path) => [path.replace("/usr/lib/apache2", SERVER_ROOT), path] as const),
    ...[...libraries, unwinderBeside(libraries)].map((path) => [path, path] as const),
  ]);
}

/** The files that ldd names: libraries, and the loader itself, which stands there without an arrow. */
export function parseLdd(printed: string): string[] {
  const found = [...printed.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/gm)].map(
    ([, path]) => path ?? "",
  );
  return [...new Set(found)].sort();
}

/** The C library loads this one by itself when a thread ends, so ldd does not name it. */
function unwinderBeside(libraries: readonly string[]): string {
  const libc = libraries.find((path) => basename(path).startsWith("libc.so."));
  if (libc === undefined) throw new Error(`ldd names no C library for ${BINARY}`);
  return join(dirname(libc), "libgcc_s.so.1");
}

async function stage(rootFolder: string, copies: Map<string, string>): Promise<void> {
  for (const [target, source] of copies) {
    const path = await makeRoom(rootFolder, target);
    await copyFile(source, path);
    await chmod(path, 0o755);
  }
  for (const [target, text] of Object.entries(TEXTS)) {
    const path = await makeRoom(rootFolder, target);
    await writeFile(path, text);
  }
  for (const folder of [`${SERVER_ROOT}/logs`, "/tmp"]) {
    await mkdir(join(rootFolder, folder), { recursive: true });
    await chmod(join(rootFolder, folder), 0o1777);
  }
}

async function makeRoom(rootFolder: string, target: string): Promise<string> {
  const path = join(rootFolder, target);
  await mkdir(dirname(path), { recursive: true });
  return path;
}
