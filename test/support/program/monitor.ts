import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { revealed, secretPaths } from "./secrets.ts";

type Json = Record<string, unknown>;

/** A resource as the program registered it. */
export interface Registered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Json;
  /** Paths of the inputs that are secrets. */
  readonly secrets: readonly string[];
  /** URN of its parent; empty for what stands under the stack itself. */
  readonly parent: string;
  /** Whether a provider stands behind it; a component has none. */
  readonly custom: boolean;
  /** Logical name of its provider; empty for the engine's default one. */
  readonly provider: string;
  /** Its own, or its parent's where it says nothing: what the engine makes of it (inheritFromParent in Pulumi). */
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Logical names of what it waits for. */
  readonly dependsOn: readonly string[];
  /** Hooks that it awaits besides the guard. */
  readonly hooks: readonly string[];
  /** Whether the guard stands first before it is created, and before it is changed. */
  readonly guarded: boolean;
}

interface RegisterRequest {
  getParent(): string;
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getProvider(): string;
  getObject(): { toJavaScript(): unknown } | undefined;
  hasProtect(): boolean;
  getProtect(): boolean;
  hasRetainondelete(): boolean;
  getRetainondelete(): boolean;
  getDependenciesList(): string[];
  getHooks(): { getBeforeCreateList(): string[]; getBeforeUpdateList(): string[] } | undefined;
}

interface OutputsRequest {
  getUrn(): string;
  getOutputs(): { toJavaScript(): Json };
}

type Callback<Answer = unknown> = (error: unknown, answer: Answer) => void;

/** The SDK's mock monitor, which also keeps the options of every resource. */
export class RecordingMonitor extends MockMonitor {
  readonly registered: Registered[] = [];
  /** What the components expose, with the marks of its secrets: it stands in the state like any resource. */
  readonly componentOutputs = new Map<string, Json>();
  private readonly inputs = new Map<string, Json>();

  constructor(stacks: Readonly<Record<string, Json>>, provides: Readonly<Record<string, Json>>) {
    super({
      newResource: ({ type, name, inputs, custom }) => {
        this.inputs.set(`${type}::${name}`, revealed(inputs) as Json);
        return {
          id: custom ? `${name}-id` : "",
          state: { ...provided(type, inputs as Json), ...provides[type] },
        };
      },
      call: ({ token, inputs }) => {
        const stack = String((inputs as { name: string }).name.split("/").at(-1));
        if (token !== "pulumi:pulumi:readStackOutputs") throw new Error(`unexpected call of ${token}`);
        if (!stacks[stack]) throw engineError(token, `unknown stack "${stack}"`);
        return { outputs: stacks[stack] };
      },
    });
  }

  override async registerResource(request: RegisterRequest, callback: Callback): Promise<void> {
    await super.registerResource(request, (error: unknown, answer: { getUrn(): string }) => {
      if (!error) this.registered.push(this.recorded(request, answer.getUrn()));
      callback(error, answer);
    });
  }

  override registerResourceOutputs(request: OutputsRequest, callback: Callback): void {
    this.componentOutputs.set(request.getUrn(), request.getOutputs().toJavaScript());
    super.registerResourceOutputs(request, callback);
  }

  registerResourceHook(_request: unknown, callback: Callback): void {
    callback(null, {});
  }

  private recorded(request: RegisterRequest, urn: string): Registered {
    const hooks = request.getHooks();
    const [beforeCreate, beforeUpdate] = [
      hooks?.getBeforeCreateList() ?? [],
      hooks?.getBeforeUpdateList() ?? [],
    ];
    const parent = this.registered.find((one) => one.urn === request.getParent());
    return {
      urn,
      type: request.getType(),
      name: request.getName(),
      inputs: this.inputs.get(`${request.getType()}::${request.getName()}`) ?? {},
      secrets: secretPaths(request.getObject()?.toJavaScript()),
      parent: request.getParent(),
      custom: request.getCustom(),
      // URN::id, and a URN ends with the name.
      provider: request.getProvider().split("::").at(-2) ?? "",
      protect: request.hasProtect() ? request.getProtect() : (parent?.protect ?? false),
      retainOnDelete: request.hasRetainondelete()
        ? request.getRetainondelete()
        : (parent?.retainOnDelete ?? false),
      dependsOn: request.getDependenciesList().map(nameOf),
      hooks: [...beforeCreate, ...beforeUpdate].filter((hook) => hook !== GUARD),
      guarded: beforeCreate[0] === GUARD && beforeUpdate[0] === GUARD,
    };
  }
}

const GUARD = "may-change";

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? urn;

/** An error as it comes over gRPC, in the engine's words. */
function engineError(token: string, reason: string): Error {
  return Object.assign(new Error(reason), { details: `invocation of ${token} returned an error: ${reason}` });
}

/** What a provider would add: a token Secret is filled in. */
function provided(type: string, inputs: Json): Json {
  if (type === "kubernetes:core/v1:Secret") {
    return { ...inputs, data: { token: Buffer.from("deployer-token").toString("base64") } };
  }
  return inputs;
}
