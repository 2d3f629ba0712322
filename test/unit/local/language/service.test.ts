import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { implementation } from "../../../../local/language/implementation.ts";
import { Empty, languageGrpc, languagePb, Struct } from "../../../../local/language/protocol.ts";
import { LanguageHost } from "../../../../local/language/service.ts";
import { until } from "../../../support/until.ts";

type Client = InstanceType<typeof languageGrpc.LanguageRuntimeClient>;
type Answer<A> = (error: grpc.ServiceError | null, answer: A) => void;

describe("the language host", () => {
  let folder: string;
  let server: grpc.Server;
  let client: Client;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "language-host-"));
    await writeFile(
      join(folder, "package.json"),
      JSON.stringify({ dependencies: { "@pulumi/kubernetes": "4.32.0" } }),
    );
    server = new grpc.Server();
    server.addService(languageGrpc.LanguageRuntimeService, implementation(new LanguageHost("127.0.0.1:2")));
    const port = await new Promise<number>((resolve, reject) => {
      const done = (error: Error | null, bound: number) => (error ? reject(error) : resolve(bound));
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), done);
    });
    client = new languageGrpc.LanguageRuntimeClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });
  after(async () => {
    client.close();
    server.forceShutdown();
    await rm(folder, { recursive: true });
  });

  it("is content with a program that ends well", async () => {
    assert.deepEqual(await run("process.exit(process.argv.includes('--monitor') ? 0 : 1)"), {
      error: "",
      bail: false,
    });
  });

  it("says nothing more when the SDK has told the user already", async () => {
    assert.deepEqual(await run("process.exit(32)"), { error: "", bail: true });
  });

  it("says how a program failed otherwise", async () => {
    const failed = { error: "Program exited with non-zero exit code: 7", bail: false };
    assert.deepEqual(await run("process.exit(7)"), failed);
    const killed = { error: "Program was ended by SIGKILL", bail: false };
    assert.deepEqual(await run("process.kill(process.pid, 'SIGKILL')"), killed);
  });

  it("gives a program its configuration", async () => {
    const check = `process.exit(JSON.parse(process.env.PULUMI_CONFIG)["app:stage"] === "canary-25" ? 0 : 1)`;
    const request = await requestFor(check);
    request.getConfigMap().set("app:stage", "canary-25");
    const response = await answer<languagePb.RunResponse>((done) => client.run(request, done));
    assert.equal(response.getError(), "");
  });

  it("ends the program when the engine cancels", async () => {
    const running = run("setInterval(() => {}, 1000); require('fs').writeFileSync('started', '')");
    await until(() => existsSync(join(folder, "started")), { timeoutMs: 5_000 });
    await answer<Empty>((done) => client.cancel(new Empty(), done));
    assert.deepEqual(await running, { error: "Program was ended by SIGTERM", bail: false });
  });

  it("refuses a program without its dependencies in words", async () => {
    const request = new languagePb.RunRequest();
    request.setInfo(info(tmpdir()));
    await assert.rejects(
      answer<languagePb.RunResponse>((done) => client.run(request, done)),
      (error: unknown) => {
        const { code, details } = error as grpc.ServiceError;
        assert.equal(code, grpc.status.FAILED_PRECONDITION);
        assert.match(details, /^@pulumi\/pulumi\/cmd\/run is not installed .* run npm install there$/);
        return true;
      },
    );
  });

  it("names the Kubernetes provider as required, from no server of its own", async () => {
    const request = new languagePb.GetRequiredPackagesRequest();
    request.setInfo(info(folder));
    const response = await answer<languagePb.GetRequiredPackagesResponse>((done) =>
      client.getRequiredPackages(request, done),
    );
    const [dependency, ...others] = response.getPackagesList();
    assert.deepEqual(others, []);
    assert.equal(`${dependency?.getKind()} ${dependency?.getName()}`, "resource kubernetes");
    assert.equal(dependency?.getVersion(), "4.32.0");
    assert.equal(dependency?.getServer(), "");
  });

  it("tells about Node and the program's dependencies", async () => {
    const request = new languagePb.GetProgramDependenciesRequest();
    request.setInfo(info(folder));
    const about = await answer<languagePb.AboutResponse>((done) =>
      client.about(new languagePb.AboutRequest(), done),
    );
    assert.equal(about.getVersion(), process.version);
    const found = await answer<languagePb.GetProgramDependenciesResponse>((done) =>
      client.getProgramDependencies(request, done),
    );
    assert.deepEqual(
      found.getDependenciesList().map((dependency) => dependency.getName()),
      ["@pulumi/kubernetes"],
    );
  });

  it("installs dependencies with the package manager of the project, passing its words on", async () => {
    const request = new languagePb.InstallDependenciesRequest();
    request.setDirectory(folder);
    request.setInfo(info(folder, { packagemanager: "echo" }));
    const stream = client.installDependencies(request);
    let printed = "";
    for await (const response of stream) printed += Buffer.from(response.getStdout_asU8());
    assert.equal(printed, "install\n");
  });

  it("runs a plugin and passes its output and exit code on", async () => {
    await entry("run-plugin", "console.log('port'); console.error('problem'); process.exitCode = 3");
    const request = new languagePb.RunPluginRequest();
    request.setInfo(info(folder));
    request.setPwd(folder);
    request.setKind("resource");
    const seen = { out: "", problems: "", code: -1 };
    for await (const response of client.runPlugin(request)) {
      seen.out += Buffer.from(response.getStdout_asU8());
      seen.problems += Buffer.from(response.getStderr_asU8());
      if (response.hasExitcode()) seen.code = response.getExitcode();
    }
    assert.deepEqual(seen, { out: "port\n", problems: "problem\n", code: 3 });
  });

  async function run(program: string): Promise<{ error: string; bail: boolean }> {
    const request = await requestFor(program);
    const response = await answer<languagePb.RunResponse>((done) => client.run(request, done));
    return { error: response.getError(), bail: response.getBail() };
  }

  async function requestFor(program: string): Promise<languagePb.RunRequest> {
    await entry("run", program);
    const request = new languagePb.RunRequest();
    request.setInfo(info(folder));
    request.setPwd(folder);
    request.setMonitorAddress("127.0.0.1:1");
    return request;
  }

  /** What stands in the place of the SDK's own entry. */
  async function entry(name: string, code: string): Promise<void> {
    const target = join(folder, "node_modules/@pulumi/pulumi/cmd", name);
    await mkdir(target, { recursive: true });
    await writeFile(join(target, "index.js"), code);
  }
});

function info(folder: string, options: Record<string, string | boolean> = {}): languagePb.ProgramInfo {
  const program = new languagePb.ProgramInfo();
  program.setProgramDirectory(folder);
  program.setOptions(Struct.fromJavaScript({ typescript: false, ...options }));
  return program;
}

function answer<A>(call: (done: Answer<A>) => unknown): Promise<A> {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)));
  });
}
