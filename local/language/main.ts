/** The plugin's process: `pulumi-language-nodejs ENGINE_ADDRESS`. */

import { implementation } from "./implementation.ts";
import { languageGrpc } from "./protocol.ts";
import { engineAddress, servePlugin } from "./server.ts";
import { LanguageHost } from "./service.ts";

const host = new LanguageHost(engineAddress(process.argv.slice(2)));
process.on("exit", () => host.stop());
servePlugin(languageGrpc.LanguageRuntimeService, implementation(host));
