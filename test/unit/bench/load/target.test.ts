import assert from "node:assert/strict";
import { checkTarget } from "../../../../bench/load/target.ts";
import { UserError } from "../../../../src/errors.ts";

const CLUSTER = ["10.122.1.0/24", "10.122.2.0/24"];

describe("checkTarget", () => {
  for (const url of [
    "http://127.0.0.1:8080/",
    "http://127.9.9.9",
    "http://localhost:80",
    "http://10.122.1.7:80/x",
    "http://10.122.2.1",
  ]) {
    it(`lets ${url} through`, () => {
      assert.ok(checkTarget(url, CLUSTER) instanceof URL);
    });
  }

  for (const url of [
    "http://10.122.3.1",
    "http://10.0.0.1",
    "http://192.168.1.1",
    "http://8.8.8.8",
    "http://128.0.0.1",
    "http://example.com",
    "http://127.0.0.1.example.com",
    "http://[::1]",
    "https://127.0.0.1",
    "ftp://127.0.0.1",
  ]) {
    it(`refuses ${url}`, () => {
      assert.throws(() => checkTarget(url, CLUSTER), UserError);
    });
  }

  it("refuses the cluster's addresses when no cluster is given", () => {
    assert.throws(() => checkTarget("http://10.122.1.7"), /10\.122\.1\.7 is not in 127\.0\.0\.0\/8/);
  });

  for (const cidr of ["0.0.0.0/0", "8.0.0.0/7", "192.168.0.0/16", "10.0.0.0/7", "10.0.0.0", "10.0.0.0/33"]) {
    it(`refuses the network ${cidr}`, () => {
      assert.throws(() => checkTarget("http://127.0.0.1", [cidr]), UserError);
    });
  }
});
