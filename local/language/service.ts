/** The language host's calls. */
import { type ChildProcess, spawn } from "node:child_process";
import type { ServerWritableStream } from "@grpc/grpc-js";
import { SDK_VERSION } from "../engine/plugin-versions.ts";
import { runtimeOptions } from "./options.ts";
import { dependencies, type Package, requiredProviders } from "./packages.ts";
import { type Command, pluginCommand, programCommand } from "./program.ts";
import { Empty, languagePb, pluginPb } from "./protocol.ts";

/** The SDK's entry point ends with this when it has told the user already what was wrong. */
const ALREADY_REPORTED = 32;

export type InstallCall = ServerWritableStream<
  languagePb.InstallDependenciesRequest,
  languagePb.InstallDependenciesResponse
>;
export type PluginCall = ServerWritableStream<languagePb.RunPluginRequest, languagePb.RunPluginResponse>;

export class LanguageHost {
  #engine: string;
  readonly #children = new Set<ChildProcess>();

  constructor(engine: string | undefined) {
    this.#engine = engine ?? "";
  }

  /** Starts a program of ours; it ends with the host or at {@link LanguageHost.stop}. */
  #start(command: Command, stdio: "inherit" | "pipe"): ChildProcess {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: { ...process.env, ...command.env },
      stdio: ["ignore", stdio, stdio],
    });
    this.#children.add(child);
    child.once("close", () => this.#children.delete(child));
    return child;
  }

  /** Ends every program that still runs. */
  stop(): void {
    for (const child of this.#children) child.kill("SIGTERM");
  }

  handshake(request: languagePb.LanguageHandshakeRequest): languagePb.LanguageHandshakeResponse {
    this.#engine = request.getEngineAddress() || this.#engine;
    return new languagePb.LanguageHandshakeResponse();
  }

  getPluginInfo(): pluginPb.PluginInfo {
    const info = new pluginPb.PluginInfo();
    info.setVersion(SDK_VERSION);
    return info;
  }

  /** Names no server, so that the plugin on PATH or in the cache is what the engine takes. */
  getRequiredPackages(
    request: languagePb.GetRequiredPackagesRequest,
  ): languagePb.GetRequiredPackagesResponse {
    const response = new languagePb.GetRequiredPackagesResponse();
    for (const { name, version } of requiredProviders(directoryOf(request.getInfo()))) {
      const dependency = new pluginPb.PackageDependency();
      dependency.setName(name);
      dependency.setKind("resource");
      dependency.setVersion(version);
      response.addPackages(dependency);
    }
    return response;
  }

  /** Runs the program to its end. Its output goes to ours, which the engine shows. */
  async run(request: languagePb.RunRequest): Promise<languagePb.RunResponse> {
    const response = new languagePb.RunResponse();
    const { code, signal } = await this.#ended(request);
    if (code === ALREADY_REPORTED) response.setBail(true);
    else if (signal) response.setError(`Program was ended by ${signal}`);
    else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${code}`);
    return response;
  }

  #ended(request: languagePb.RunRequest): Promise<{ code: number | null; signal: string | null }> {
    const child = this.#start(programCommand(request, this.#engine), "inherit");
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
  }

  about(): languagePb.AboutResponse {
    const response = new languagePb.AboutResponse();
    response.setExecutable(process.execPath);
    response.setVersion(process.version);
    return response;
  }

  getProgramDependencies(
    request: languagePb.GetProgramDependenciesRequest,
  ): languagePb.GetProgramDependenciesResponse {
    const response = new languagePb.GetProgramDependenciesResponse();
    response.setDependenciesList(dependencies(directoryOf(request.getInfo())).map(dependencyInfo));
    return response;
  }

  installDependencies(call: InstallCall): void {
    const info = call.request.getInfo();
    const command: Command = {
      file: runtimeOptions(info).packageManager,
      args: ["install"],
      cwd: call.request.getDirectory() || directoryOf(info),
      env: {},
    };
    const child = this.#start(command, "pipe");
    const send = (set: "setStdout" | "setStderr") => (chunk: Buffer) => {
      const response = new languagePb.InstallDependenciesResponse();
      response[set](chunk);
      call.write(response);
    };
    child.stdout?.on("data", send("setStdout"));
    child.stderr?.on("data", send("setStderr"));
    child.once("error", (error) => call.destroy(error));
    child.once("close", (code) => {
      if (code === 0) call.end();
      else call.destroy(new Error(`${command.file} install failed with exit code ${code}`));
    });
  }

  /** Runs a plugin that is written in TypeScript, such as a policy pack, until it ends or the engine hangs up. */
  runPlugin(call: PluginCall): void {
    const child = this.#start(pluginCommand(call.request), "pipe");
    const send = (set: "setStdout" | "setStderr") => (chunk: Buffer) => {
      const response = new languagePb.RunPluginResponse();
      response[set](chunk);
      call.write(response);
    };
    child.stdout?.on("data", send("setStdout"));
    child.stderr?.on("data", send("setStderr"));
    child.once("error", (error) => call.destroy(error));
    child.once("close", (code) => {
      const response = new languagePb.RunPluginResponse();
      response.setExitcode(code ?? 1);
      call.write(response);
      call.end();
    });
    call.once("cancelled", () => child.kill("SIGTERM"));
  }

  cancel(): Empty {
    this.stop();
    return new Empty();
  }
}

function directoryOf(info: languagePb.ProgramInfo | undefined): string {
  return info?.getProgramDirectory() || process.cwd();
}

function dependencyInfo({ name, version }: Package): languagePb.DependencyInfo {
  const info = new languagePb.DependencyInfo();
  info.setName(name);
  info.setVersion(version);
  return info;
}
