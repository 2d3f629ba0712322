/** The engine's calls: protobuf in and out, everything between is plain values. */
import * as grpc from "@grpc/grpc-js";
import { Empty, engineGrpc, enginePb, pluginPb } from "../plugins/protocol.ts";
import { LIMITS } from "../plugins/server.ts";
import { PROVIDER_VERSION } from "../plugins/versions.ts";
import { check } from "./check.ts";
import type { Cluster } from "./cluster.ts";
import {
  checkResponse,
  diffOptions,
  type Options,
  optionFailures,
  parseOptions,
  type Target,
} from "./config.ts";
import { diffResource } from "./diff.ts";
import { ClusterError } from "./errors.ts";
import { create, type Session, update } from "./operations.ts";
import { previewCreate, previewUpdate } from "./preview.ts";
import { providerPb } from "./protocol.ts";
import { read } from "./read.ts";
import { remove } from "./remove.ts";
import { decode, encode } from "./values.ts";

/** How the service reaches clusters; loaded at the first call that needs one, since it is most of the start. */
export interface Clusters {
  connect(target: Target): Promise<Cluster>;
  serverOf(target: Target): Promise<string | undefined>;
}

export class Provider {
  readonly #clusters: Clusters;
  readonly #engine: InstanceType<typeof engineGrpc.EngineClient> | undefined;
  readonly #cancelled = new AbortController();
  #options: Options = parseOptions({});
  #connection: Promise<Cluster> | undefined;
  /** The resources that a diff in this run says are to be replaced. */
  readonly #replaced = new Set<string>();

  /** @param engine the engine's address, for status lines; without it they are dropped */
  constructor(clusters: Clusters, engine: string | undefined) {
    this.#clusters = clusters;
    const credentials = grpc.credentials.createInsecure();
    this.#engine = engine ? new engineGrpc.EngineClient(engine, credentials, LIMITS) : undefined;
  }

  /** One attempt for the whole life of the process: its failure is the answer to every call. */
  #cluster(): Promise<Cluster> {
    this.#connection ??= this.#clusters.connect(this.#options.target);
    return this.#connection;
  }

  async #session(urn: string): Promise<Session> {
    const say = (message: string): void => this.#say(urn, message);
    return { cluster: await this.#cluster(), options: this.#options, signal: this.#cancelled.signal, say };
  }

  /** Ephemeral, so that it stands beside the resource and not among the diagnostics. */
  #say(urn: string, message: string): void {
    const request = new enginePb.LogRequest();
    request.setSeverity(enginePb.LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(true);
    this.#engine?.log(request, () => undefined);
  }

  async handshake(): Promise<providerPb.ProviderHandshakeResponse> {
    const response = new providerPb.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    response.setAcceptResources(true);
    response.setSupportsAutonamingConfiguration(true);
    return response;
  }

  async getPluginInfo(): Promise<pluginPb.PluginInfo> {
    const info = new pluginPb.PluginInfo();
    info.setVersion(PROVIDER_VERSION);
    return info;
  }

  /** Only code generation asks for it. */
  async getSchema(): Promise<never> {
    throw new ClusterError("invalid", "the stand-in provider has no schema: use --generate-code=false");
  }

  async attach(): Promise<Empty> {
    return new Empty();
  }

  /** Ends every wait: what it waited for is reported as not ready. */
  async cancel(): Promise<Empty> {
    this.#cancelled.abort();
    return new Empty();
  }

  async checkConfig(request: providerPb.CheckRequest): Promise<providerPb.CheckResponse> {
    const news = decode(request.getNews());
    const response = new providerPb.CheckResponse();
    response.setInputs(encode(news));
    return checkResponse(response, optionFailures(news.value));
  }

  async diffConfig(request: providerPb.DiffRequest): Promise<providerPb.DiffResponse> {
    const olds = decode(request.getOldInputs() ?? request.getOlds());
    return diffOptions(olds.value, decode(request.getNews()).value, this.#clusters.serverOf);
  }

  /** Never logged: the deprecated `variables` of the request repeat the kubeconfig in plain text. */
  async configure(request: providerPb.ConfigureRequest): Promise<providerPb.ConfigureResponse> {
    this.#options = parseOptions(decode(request.getArgs()).value);
    const response = new providerPb.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setAcceptresources(true);
    response.setSupportspreview(true);
    response.setSupportsAutonamingConfiguration(true);
    return response;
  }

  async check(request: providerPb.CheckRequest): Promise<providerPb.CheckResponse> {
    const result = await check(
      {
        olds: decode(request.getOlds()).value,
        news: decode(request.getNews()),
        name: request.getName(),
        proposedName: request.getAutonaming()?.getProposedName() ?? "",
        randomSeed: request.getRandomseed_asU8(),
      },
      () => this.#cluster().catch(unlessUnreachable),
    );
    const response = new providerPb.CheckResponse();
    response.setInputs(encode(result.inputs));
    return checkResponse(response, result.failures);
  }

  async diff(request: providerPb.DiffRequest): Promise<providerPb.DiffResponse> {
    const outputs = decode(request.getOlds()).value;
    const news = decode(request.getNews()).value;
    const response = diffResource(outputs, news, this.#options.mutability, request.getIgnorechangesList());
    if (response.getReplacesList().length > 0) this.#replaced.add(request.getUrn());
    return response;
  }

  async create(request: providerPb.CreateRequest): Promise<providerPb.CreateResponse> {
    const session = await this.#session(request.getUrn());
    const inputs = decode(request.getProperties());
    const { id, outputs } = request.getPreview()
      ? await previewCreate(session, inputs, { replaces: this.#replaced.has(request.getUrn()) })
      : await create(session, inputs, request.getTimeout());
    const response = new providerPb.CreateResponse();
    response.setId(id);
    response.setProperties(encode(outputs));
    return response;
  }

  async update(request: providerPb.UpdateRequest): Promise<providerPb.UpdateResponse> {
    const session = await this.#session(request.getUrn());
    const olds = decode(request.getOlds()).value;
    const inputs = decode(request.getNews());
    const outputs = request.getPreview()
      ? await previewUpdate(session, olds, inputs)
      : await update(session, olds, inputs, request.getTimeout());
    const response = new providerPb.UpdateResponse();
    response.setProperties(encode(outputs));
    return response;
  }

  /** An empty id in the answer means that the object is gone. */
  async read(request: providerPb.ReadRequest): Promise<providerPb.ReadResponse> {
    const found = await read(await this.#session(request.getUrn()), {
      type: request.getType(),
      id: request.getId(),
      outputs: decode(request.getProperties()).value,
      inputs: decode(request.getInputs()),
    });
    const response = new providerPb.ReadResponse();
    if (!found) return response;
    response.setId(found.id);
    response.setProperties(encode(found.outputs));
    response.setInputs(encode(found.inputs));
    return response;
  }

  async delete(request: providerPb.DeleteRequest): Promise<Empty> {
    const session = await this.#session(request.getUrn());
    await remove(session, decode(request.getProperties()).value, request.getTimeout());
    return new Empty();
  }
}

function unlessUnreachable(error: unknown): undefined {
  if (error instanceof ClusterError) return undefined;
  throw error;
}
