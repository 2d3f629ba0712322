import assert from "node:assert/strict";
import { parseStatistics } from "../../../local/edge/statistics.ts";

const CSV = `# pxname,svname,stot,status,weight,type,
statistics,FRONTEND,3,OPEN,,0,
default-backend,pod-web-1,75,no check,75,2,
default-backend,pod-web-2,25,UP,0,2,
default-backend,BACKEND,100,UP,75,1,

`;

describe("parseStatistics", () => {
  it("gives the servers with their pods, weights and sessions", () => {
    assert.deepEqual(parseStatistics(CSV), [
      {
        backend: "default-backend",
        server: "pod-web-1",
        pod: "web-1",
        weight: 75,
        sessions: 75,
        status: "no check",
      },
      {
        backend: "default-backend",
        server: "pod-web-2",
        pod: "web-2",
        weight: 0,
        sessions: 25,
        status: "UP",
      },
    ]);
  });

  it("gives none of an empty text", () => {
    assert.deepEqual(parseStatistics(""), []);
  });
});
