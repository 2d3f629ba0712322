import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { ClusterError, failedAs, InitFailed, rpcError } from "../../../local/provider/errors.ts";
import { providerPb, Status } from "../../../local/provider/protocol.ts";
import { decode } from "../../../local/provider/values.ts";

describe("a failure on its way to the engine", () => {
  it("carries an object that is not ready as a detail of the status", () => {
    const outputs = { value: { kind: "Secret", data: { token: "x" } }, secrets: [["data"]] };
    const inputs = { value: { kind: "Secret" }, secrets: [] };
    const error = rpcError(new InitFailed("n/a", outputs, inputs, ["no token yet"]));
    assert.equal(error.code, status.UNKNOWN);
    assert.equal(error.details, "no token yet");
    const [packed] = error.metadata?.get("grpc-status-details-bin") ?? [];
    assert.ok(packed instanceof Uint8Array);
    const [any] = Status.deserializeBinary(new Uint8Array(packed)).getDetailsList();
    assert.equal(any?.getTypeName(), "pulumirpc.ErrorResourceInitFailed");
    const detail = providerPb.ErrorResourceInitFailed.deserializeBinary(
      any?.getValue_asU8() ?? new Uint8Array(),
    );
    assert.equal(detail.getId(), "n/a");
    assert.deepEqual(detail.getReasonsList(), ["no token yet"]);
    assert.deepEqual(decode(detail.getProperties()), outputs);
    assert.deepEqual(decode(detail.getInputs()), inputs);
  });

  it("has a code for what the API server said, and its words alone", () => {
    const error = rpcError(new ClusterError("forbidden", "secrets is forbidden"));
    assert.deepEqual(error, { code: status.PERMISSION_DENIED, details: "secrets is forbidden" });
  });

  it("has a stack trace only when it is ours", () => {
    const error = rpcError(new TypeError("bug"));
    assert.equal(error.code, status.INTERNAL);
    assert.match(error.details ?? "", /TypeError: bug\n\s+at /);
    assert.equal(rpcError("text").details, "text");
  });

  it("keeps its kind when words are put before it", () => {
    const error = new ClusterError("conflict", "taken").within("update failed");
    assert.equal(error.message, "update failed: taken");
    assert.deepEqual([failedAs(error, "conflict"), failedAs(error, "exists")], [true, false]);
    assert.equal(failedAs(new Error("conflict"), "conflict"), false);
  });
});
