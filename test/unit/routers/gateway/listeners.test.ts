import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  type Gateway,
  type Listener,
  listenersFor,
  problemOfGateway,
  problemOfListener,
} from "../../../../src/routers/gateway/listeners.ts";
import type { Condition } from "../../../../src/routers/gateway/objects.ts";

const LISTENER: Listener = {
  name: "http",
  port: 80,
  protocol: "HTTP",
  allowedRoutes: { namespaces: { from: "All" } },
};

function gateway(listener: Partial<Listener> = {}, conditions: readonly Condition[] = []): Gateway {
  return {
    metadata: { generation: 2 },
    spec: { gatewayClassName: "contour", listeners: [{ ...LISTENER, ...listener }] },
    status: { conditions, listeners: [{ name: "http", conditions }] },
  };
}

const VISITOR = { namespace: "shop", labels: { team: "web" }, gateway: "infra", host: "www.example.com" };

const problem = (listener: Partial<Listener>, visitor: Partial<typeof VISITOR> = {}) => {
  const object = gateway(listener);
  return problemOfListener(object, object.spec.listeners[0] ?? LISTENER, { ...VISITOR, ...visitor });
};

const condition = (type: string, status: Condition["status"], observedGeneration = 2): Condition => ({
  ...{ type, status, reason: "Reason", message: "words of the controller", observedGeneration },
});

describe("a listener", () => {
  it("lets a route in by its namespace", () => {
    const from = (namespaces: NonNullable<Listener["allowedRoutes"]>["namespaces"], visitor = {}) =>
      problem({ allowedRoutes: { namespaces } }, visitor);
    assert.equal(from({ from: "All" }), undefined);
    assert.equal(from({ from: "Same" }, { gateway: "shop" }), undefined);
    assert.match(from({ from: "Same" }) ?? "", /of its own namespace alone, and not of shop/);
    assert.match(problem({ allowedRoutes: {} }) ?? "", /of its own namespace alone/);
    assert.equal(from({ from: "None" }), "it allows no routes");
    const selector = (matchExpressions: object[], matchLabels = {}) =>
      from({ from: "Selector", selector: { matchLabels, matchExpressions: matchExpressions as [] } });
    assert.equal(selector([], { team: "web" }), undefined);
    assert.match(selector([], { team: "ops" }) ?? "", /and shop has other labels$/);
    const fitting = [
      { key: "team", operator: "In", values: ["web", "ops"] },
      { key: "team", operator: "NotIn", values: ["ops"] },
      { key: "zone", operator: "NotIn", values: ["a"] },
      { key: "team", operator: "Exists" },
      { key: "zone", operator: "DoesNotExist" },
    ];
    assert.equal(selector(fitting), undefined);
    const unfitting = [
      { key: "team", operator: "In", values: ["ops"] },
      { key: "team", operator: "NotIn", values: ["web"] },
      { key: "zone", operator: "In", values: ["a"] },
      { key: "zone", operator: "Exists" },
      { key: "team", operator: "DoesNotExist" },
    ];
    for (const expression of unfitting)
      assert.match(selector([expression]) ?? "", /other labels/, expression.operator);
  });

  it("lets it in by its kind, protocol and host name", () => {
    const kinds = (kind: string) =>
      problem({ allowedRoutes: { namespaces: { from: "All" }, kinds: [{ kind }] } });
    assert.equal(kinds("HTTPRoute"), undefined);
    assert.equal(kinds("GRPCRoute"), "it allows routes of kind GRPCRoute alone");
    assert.equal(problem({ protocol: "HTTPS" }), undefined);
    assert.equal(problem({ protocol: "TCP" }), "its protocol is TCP");
    for (const hostname of ["www.example.com", "*.example.com", "*.com"])
      assert.equal(problem({ hostname }), undefined);
    assert.equal(
      problem({ hostname: "*.www.example.com" }),
      "it serves *.www.example.com, and not www.example.com",
    );
    assert.equal(problem({ hostname: "example.com" }), "it serves example.com, and not www.example.com");
    const any = gateway({ hostname: "example.com" });
    const [first = LISTENER] = any.spec.listeners;
    assert.equal(problemOfListener(any, first, { ...VISITOR, host: undefined }), undefined);
  });

  it("has its controller's words, of this generation", () => {
    const words = (...conditions: Condition[]) =>
      problemOfListener(gateway({}, conditions), LISTENER, VISITOR);
    assert.equal(
      words(condition("Accepted", "True"), condition("Conflicted", "True")),
      "Conflicted is True, Reason: words of the controller",
    );
    assert.match(words(condition("ResolvedRefs", "False")) ?? "", /^ResolvedRefs is False/);
    assert.equal(words(condition("Accepted", "Unknown"), condition("Conflicted", "False")), undefined);
    assert.equal(words(condition("Conflicted", "True", 1)), undefined);
    assert.equal(problemOfListener({ ...gateway(), status: {} }, LISTENER, VISITOR), undefined);
  });
});

describe("a Gateway", () => {
  it("is refused where its controller has not accepted it", () => {
    assert.match(problemOfGateway(gateway({}, [condition("Accepted", "False")])) ?? "", /^Accepted is False/);
    assert.equal(problemOfGateway(gateway({}, [condition("Accepted", "Unknown")])), undefined);
    assert.equal(problemOfGateway(gateway({}, [condition("Programmed", "False")])), undefined);
  });

  it("has its listeners by name, or all", () => {
    assert.equal(listenersFor(gateway(), undefined).length, 1);
    assert.equal(listenersFor(gateway(), "http").length, 1);
    assert.equal(listenersFor(gateway(), "https").length, 0);
  });
});
