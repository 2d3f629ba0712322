import { annotation, booleanAnnotation } from "./annotations.ts";
import type { Backends } from "./backends.ts";
import type { Ingress, IngressRule } from "./objects.ts";

/** A request's way: what of host and path leads to which backend, or to the same address by HTTPS. */
interface Route {
  /** Empty for any host; may begin with `*`. */
  host: string;
  /** Empty for any path. */
  path: string;
  target: { backend: string } | "redirect";
}

/** The lines of the two frontends, below their `bind`. */
export interface Frontends {
  http: string[];
  /** Undefined when no rule is for a host of `spec.tls`. */
  https: string[] | undefined;
}

/** The port at which clients of the local edge find its HTTPS frontend. */
export interface FrontendSettings {
  httpsPort: number;
}

/**
 * The frontends of an Ingress: rules for a host of `spec.tls` are served by HTTPS and, unless `ssl-redirect` is
 * "false", redirected to it from HTTP; all others by HTTP. The default backend takes the rest of both.
 */
export function frontendsOf(
  ingress: Ingress,
  backends: Backends,
  settings: FrontendSettings,
  problem: (text: string) => void,
): Frontends {
  const { spec = {}, metadata } = ingress;
  const http: Route[] = [];
  const https: Route[] = [];
  const redirect = booleanAnnotation(metadata.annotations, "ssl-redirect", true);
  const force = booleanAnnotation(metadata.annotations, "force-ssl-redirect", false);
  const defaultBackend = spec.defaultBackend && backends.add(spec.defaultBackend);
  for (const rule of spec.rules ?? []) {
    const byTls = usesTls(ingress, rule);
    if (!hasStandardPort(rule, byTls, problem)) continue;
    (byTls ? https : http).push(...routesOf(rule, backends));
  }
  if (redirect) http.push(...redirects(https, http));
  const httpRoutes = force ? http.map((route): Route => ({ ...route, target: "redirect" })) : http;
  const lines = (port: number, routes: Route[]) => [
    ...frontendRules(ingress, port),
    ...routeLines(routes, settings),
    ...(defaultBackend ? [`default_backend ${defaultBackend}`] : []),
  ];
  return {
    http: lines(80, httpRoutes),
    https: https.length === 0 ? undefined : [...httpsLines(ingress), ...lines(443, https)],
  };
}

/** From HTTP to HTTPS, for what HTTP does not serve itself. */
function redirects(https: readonly Route[], http: readonly Route[]): Route[] {
  const isServed = ({ host, path }: Route) =>
    http.some((other) => other.host === host && other.path === path);
  return https.filter((route) => !isServed(route)).map((route) => ({ ...route, target: "redirect" }));
}

function routesOf({ host = "", http }: IngressRule, backends: Backends): Route[] {
  return (http?.paths ?? []).flatMap(({ path = "", backend }) => {
    const name = backends.add(backend, { host, path });
    return name ? [{ host: host === "*" ? "" : host, path, target: { backend: name } }] : [];
  });
}

function usesTls({ spec }: Ingress, { host = "", http }: IngressRule): boolean {
  if (http?.noTLS) return false;
  return (spec?.tls ?? []).some(({ hosts = [] }) => hosts.length === 0 || hosts.includes(host));
}

function hasStandardPort(
  { host, http }: IngressRule,
  byTls: boolean,
  problem: (text: string) => void,
): boolean {
  const standard = byTls ? 443 : 80;
  if (http && (http.port ?? standard) === standard) return true;
  problem(
    `the rule for ${host ?? "any host"} is left out: the local edge serves HTTP at 80 and HTTPS at 443`,
  );
  return false;
}

/** Without rules of its own for the port, a frontend gets Voyager's; `option httplog` is not among them: no log. */
function frontendRules({ spec }: Ingress, port: number): string[] {
  const rules = spec?.frontendRules?.find((candidate) => candidate.port === port)?.rules ?? [];
  return rules.length > 0 ? rules : ["option forwardfor"];
}

const HALF_A_YEAR_SECONDS = "15768000";

/** Cookies are marked secure, and browsers told to stay with HTTPS for half a year, unless annotations say otherwise. */
function httpsLines({ metadata: { annotations } }: Ingress): string[] {
  const words = [
    `max-age=${annotation(annotations, "hsts-max-age") ?? HALF_A_YEAR_SECONDS}`,
    ...(booleanAnnotation(annotations, "hsts-preload", false) ? ["preload"] : []),
    ...(booleanAnnotation(annotations, "hsts-include-subdomains", false) ? ["includeSubDomains"] : []),
  ];
  const strict = `http-response set-header Strict-Transport-Security ${words.join(";\\ ")}`;
  return [
    String.raw`http-response replace-header Set-Cookie (.*) \1;\ Secure`,
    ...(booleanAnnotation(annotations, "hsts", true) ? [strict] : []),
  ];
}

/**
 * Exact hosts before wildcards before any host, longer paths before shorter: HAProxy takes the first match.
 * Redirects come first, since HAProxy looks at them before all others.
 */
function routeLines(routes: readonly Route[], settings: FrontendSettings): string[] {
  const order = ({ target }: Route) => Number(target !== "redirect");
  const rank = ({ host }: Route) => (host === "" ? 2 : Number(host.startsWith("*")));
  const ordered = [...routes].sort(
    (a, b) =>
      order(a) - order(b) ||
      rank(a) - rank(b) ||
      b.host.length - a.host.length ||
      b.path.length - a.path.length,
  );
  const acls = new Set(ordered.flatMap(({ host, path }) => [...hostAcl(host), ...pathAcl(host, path)]));
  const isHttps = ["acl is_proxy_https hdr(X-Forwarded-Proto) https", "acl is_proxy_https ssl_fc"];
  return [
    ...(routes.some(({ target }) => target === "redirect") ? isHttps : []),
    ...acls,
    ...ordered.map((route) => routeLine(route, settings)),
  ];
}

function routeLine({ host, path, target }: Route, { httpsPort }: FrontendSettings): string {
  const conditions = [
    ...(target === "redirect" ? ["!is_proxy_https"] : []),
    ...(host ? [`acl_${aclName(host)}`] : []),
    ...(path ? [`acl_${aclName(host)}:${aclName(path)}`] : []),
  ];
  const when = conditions.length > 0 ? ` if ${conditions.join(" ")}` : "";
  if (target !== "redirect") return `use_backend ${target.backend}${when}`;
  return `http-request redirect code 308 location https://%[req.hdr(host),host_only]:${httpsPort}%[pathq]${when}`;
}

/** A host is compared without its port: the local edge does not listen on 80 and 443. */
function hostAcl(host: string): string[] {
  if (host === "") return [];
  const match = host.startsWith("*") ? `-m end ${host.slice(1)}` : host;
  return [`acl acl_${aclName(host)} req.hdr(host),host_only -i ${match}`];
}

function pathAcl(host: string, path: string): string[] {
  return path === "" ? [] : [`acl acl_${aclName(host)}:${aclName(path)} path_beg ${path}`];
}

/** Names of ACLs may have letters, digits and `-_.:`; HAProxy's configuration manual, section 7.1. */
function aclName(text: string): string {
  return text
    .replace(/^\/|\/$/g, "")
    .replaceAll("/", "-")
    .replaceAll(/[^\w.:-]/g, ".");
}
