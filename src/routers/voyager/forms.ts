import { exactly } from "../../components/admission/cel.ts";
import { PREVIEW_BACKEND } from "./statistics.ts";

/**
 * What this program writes into HAProxy's configuration: the Ingress is made of these, and the deployer's policy lets
 * nothing else through.
 */

/** Prefix of Voyager's annotations. */
export const VOYAGER = "ingress.appscode.com";

/** HAProxy finds out by itself about a pod that died before Kubernetes says so. */
export const SERVICE_ANNOTATIONS = { [`${VOYAGER}/check`]: "true" } as const;

/** A connection that a pod refuses goes to another one at once; Voyager sets neither by itself. */
export const BACKEND_RULES = ["retries 3", "option redispatch 1"] as const;

/** HAProxy's options: Voyager's own set, which naming any replaces, and what keeps clients over a reload. */
export const OPTIONS = { "http-server-close": "true", dontlognull: "true", "idle-close-on-response": "true" };

/** A pod that is gone is given up after a second, and another one asked; Voyager would wait for five. */
export const CONNECT_TIMEOUT = "1s";

/** An amount of time, as `edge.timeouts` has it. */
const DURATION = "[0-9]+(ms|s|m|h)";

/** Rules of our own replace Voyager's one, so it is repeated before them. */
export const FORWARD = "option forwardfor";

/** What a header, a cookie or a host is compared with: nothing that would need quotes in a rule (`src/config/edge.ts`). */
const WORD = "[A-Za-z0-9_.-]{1,253}";

/** Leads what testers send to the canary, at a host where one is given. */
export const testerRule = (fetch: string, value: string, host: string | undefined): string =>
  `use_backend ${PREVIEW_BACKEND} if { ${fetch} -m str ${value} }${host === undefined ? "" : ` { req.hdr(host),field(1,:) -i -m str ${host} }`}`;

/** Refuses what came over an older version of TLS than 1.3; Voyager itself accepts none before 1.2. */
export const TLS_1_3_ONLY = "http-request deny deny_status 426 if { ssl_fc_protocol -m str TLSv1.2 }";

/** A regular expression for the lines of `frontendRules`. */
export const FRONTEND_RULE = [
  exactly(FORWARD),
  exactly(TLS_1_3_ONLY),
  // The form of testerRule, with what the configuration may name in it.
  exactly(testerRule("FETCH(NAME)", "VALUE", undefined))
    .replace("FETCH", "req\\.(hdr|cook)")
    .replace("NAME", WORD)
    .replace("VALUE", WORD)
    .replace(/\$$/, `( \\{ req\\.hdr\\(host\\),field\\(1,:\\) -i -m str ${WORD} \\})?$`),
].join("|");

/** Annotations of the Ingress: by key, a regular expression that takes what this program writes. */
export const INGRESS_ANNOTATIONS = {
  [`${VOYAGER}/default-option`]: exactly(JSON.stringify(OPTIONS)),
  [`${VOYAGER}/default-timeout`]: `^{"connect":"${CONNECT_TIMEOUT}"(,"(server|tunnel)":"${DURATION}"){0,2}}$`,
  [`${VOYAGER}/hard-stop-after`]: "^[0-9]+s$",
  [`${VOYAGER}/replicas`]: "^[0-9]+$",
  [`${VOYAGER}/load-balancer-ip`]: "^[0-9a-f.:]+$",
  [`${VOYAGER}/ssl-redirect`]: "^(true|false)$",
  [`${VOYAGER}/hsts`]: "^(true|false)$",
  [`${VOYAGER}/hsts-max-age`]: "^[0-9]+$",
  [`${VOYAGER}/hsts-include-subdomains`]: "^(true|false)$",
  [`${VOYAGER}/hsts-preload`]: "^(true|false)$",
} as const;
