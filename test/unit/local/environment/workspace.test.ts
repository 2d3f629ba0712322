import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { backendUrl } from "../../../../local/environment/workspace.ts";

describe("the URL of a backend", () => {
  it("has what means something in a URL written so that it does not", () => {
    const folder = "/tmp/a folder/100%/ä #1?/backend";
    assert.equal(backendUrl(folder), "file:///tmp/a%20folder/100%25/%C3%A4%20%231%3F/backend");
    assert.equal(fileURLToPath(backendUrl(folder)), folder);
  });
});
