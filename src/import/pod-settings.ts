import { isObject, type Json, listAt, objectAt } from "./manifest.ts";
import { compact, Remaining } from "./remaining.ts";

/** Labels that the routers tell the tracks apart by. */
const ROUTER_LABELS: readonly string[] = ["app", "track", "serving"];

/** How the pods stop: a sleep is the drain; another preStop would end it early. */
export function stoppingOf(pod: Remaining, main: Json, notes: string[]) {
  const { lifecycle, ...container } = main;
  const { preStop, ...hooks } = isObject(lifecycle) ? lifecycle : ({} as Json);
  const command = objectAt(objectAt({ preStop }, "preStop"), "exec").command;
  const slept = Array.isArray(command)
    ? /^(?:\S+ -c )?(?:\S*\/)?sleep (\d+)$/.exec(command.join(" "))?.[1]
    : undefined;
  const seconds = objectAt(objectAt({ preStop }, "preStop"), "sleep").seconds ?? slept;
  if (preStop !== undefined && seconds === undefined)
    notes.push("lifecycle.preStop is left out: the program drains by a sleep there (app.drainSeconds)");
  const drainSeconds = seconds === undefined ? undefined : Number(seconds);
  const grace = pod.take<number>("terminationGracePeriodSeconds");
  const piece =
    grace !== undefined && grace > (drainSeconds ?? 15) + 10 ? { terminationGracePeriodSeconds: grace } : {};
  return { drainSeconds, piece, container: compact({ ...container, lifecycle: hooks }) };
}

/** The account that the pods run as, and their pull secret. */
export function identityOf(pod: Remaining, notes: string[]): Json {
  const account = pod.take<string>("serviceAccountName");
  const mountToken = pod.take<boolean>("automountServiceAccountToken") ?? true;
  const [secret, ...secrets] = listAt({ secrets: pod.take("imagePullSecrets") }, "secrets").map(
    ({ name }) => name,
  );
  if (secrets.length > 0)
    notes.push(`of the pull secrets only ${secret} is taken: ${secrets.join(", ")} are left out`);
  if (account === undefined && mountToken)
    notes.push(
      "the pods get no token for the API server: one that calls it needs app.serviceAccount with mountToken",
    );
  pod.dropDefault("enableServiceLinks", false);
  return {
    ...(account !== undefined && { serviceAccount: mountToken ? { name: account, mountToken } : account }),
    pullSecret: secret,
  };
}

/** Whom the pods run as, and what of their security context is not ours. */
export function podSecurityOf(pod: Remaining, ofContainer: number | undefined, notes: string[]) {
  const left = new Remaining(pod.take<Json>("securityContext") ?? {});
  const given = ofContainer ?? left.take<number>("runAsUser");
  left.take("runAsUser");
  left.take("runAsNonRoot");
  const runAsUser = given === undefined ? "image" : given || undefined;
  if (given === 0)
    notes.push(
      "the pods run as the user 65532, not as root: set app.runAsUser where the image wants another",
    );
  if (given === undefined)
    notes.push(
      "the pods run as the image's own user, since none is named: it has to be a number there, and not root; set app.runAsUser otherwise",
    );
  const group = (key: string) => {
    const value = left.take(key);
    return value === undefined || value === (runAsUser ?? 65532) ? {} : { [key]: value };
  };
  const profile = left.take<Json>("seccompProfile");
  const groups = { ...group("runAsGroup"), ...group("fsGroup") };
  const piece = compact({
    ...left.rest,
    ...groups,
    ...(profile && profile.type !== "RuntimeDefault" && { seccompProfile: profile }),
  });
  for (const key of ["hostNetwork", "hostPID", "hostIPC"])
    if (pod.take(key) === true) notes.push(`${key} is left out: the Pod Security Standard forbids it`);
  return { runAsUser, piece };
}

/**
 * How the pods are spread: what goes by labels that they still have. Undefined where nothing does.
 * @param name of the application, which the router makes their label `app`
 */
export function spreadOf(pod: Remaining, name: string, notes: string[]): readonly Json[] | undefined {
  const given = listAt({ all: pod.take("topologySpreadConstraints") }, "all");
  const isKept = (constraint: Json) =>
    Object.entries(objectAt(objectAt(constraint, "labelSelector"), "matchLabels")).every(
      ([key, value]) => !ROUTER_LABELS.includes(key) || (key === "app" && value === name),
    );
  const kept = given.filter(isKept);
  if (kept.length < given.length)
    notes.push(
      "of topologySpreadConstraints those are left out that go by labels that the pods no longer have: the program spreads each track over the nodes",
    );
  return kept.length > 0 ? kept : undefined;
}

/** Written by controllers, or of one version alone. */
const PASSING_LABELS: readonly string[] = ["pod-template-hash"];
const VERSION_LABEL = "app.kubernetes.io/version";

/** Labels and annotations of the pods that stay theirs. */
export function marksOf(template: Json, notes: string[]): Json {
  const { labels, annotations } = objectAt(template, "metadata");
  const own = Object.entries(isObject(labels) ? labels : {}).filter(([key]) => !PASSING_LABELS.includes(key));
  for (const [key, value] of own)
    if (key === VERSION_LABEL)
      notes.push(
        `app.labels has ${key}, which is ${value} in every version then: take it out, or set it in versions`,
      );
  const kept = own.filter(([key]) => !ROUTER_LABELS.includes(key));
  const dropped = own.filter(([key]) => ROUTER_LABELS.includes(key)).map(([key]) => key);
  if (dropped.length > 0)
    notes.push(
      `the router sets the labels ${dropped.join(", ")} of the pods: what selects them by these sees others`,
    );
  const { "kubectl.kubernetes.io/restartedAt": _restarted, ...marks } = isObject(annotations)
    ? annotations
    : ({} as Json);
  return { labels: Object.fromEntries(kept), annotations: marks };
}
