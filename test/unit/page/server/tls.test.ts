import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { generate } from "selfsigned";
import { UserError } from "../../../../src/errors.ts";
import { request } from "../../../../src/http/request.ts";
import { ownNames, pageServer, shownHost } from "../../../../src/page/server/listen.ts";
import { OpenedPage } from "../../../support/page/opened-page.ts";

describe("the page beyond this machine", () => {
  let tls: { readonly cert: string; readonly key: string };
  let page: OpenedPage;

  beforeEach(async () => {
    const made = await generate([{ name: "commonName", value: "page.example.com" }], {
      extensions: [
        {
          name: "subjectAltName",
          altNames: [
            { type: 2, value: "page.example.com" },
            { type: 7, ip: "127.0.0.1" },
          ],
        },
      ],
    });
    tls = { cert: made.cert, key: made.private };
    page = await OpenedPage.open({ address: { host: "127.0.0.1", port: 0, tls } });
  });
  afterEach(() => page.close());

  const ask = (path: string, host: string) => {
    const { port } = new URL(page.origin);
    return request(new URL(path, page.origin), {
      headers: { Host: `${host}:${port}` },
      // What the browser would refuse by itself is to come to the server.
      connection: { ca: tls.cert, checkServerIdentity: () => undefined },
    });
  };

  it("is reached by TLS alone, and its cookie as well", async () => {
    assert.match(page.origin, /^https:/);
    const { status, headers } = await ask(`/?token=${page.token}`, "127.0.0.1");
    assert.equal(status, 303);
    assert.match(headers["set-cookie"]?.[0] ?? "", /; HttpOnly; SameSite=Strict; Secure$/);
    await assert.rejects(request(new URL(page.origin.replace("https", "http"))));
  });

  it("answers to the names that its certificate is for, and to no other", async () => {
    assert.equal((await ask("/", "page.example.com")).status, 401);
    assert.equal((await ask("/", "evil.test")).status, 421);
    const everywhere = { host: "0.0.0.0", port: 1, tls };
    assert.equal(shownHost(everywhere), "page.example.com");
    const isOurs = ownNames(everywhere);
    assert.deepEqual(["page.example.com", "127.0.0.1", "localhost", "10.0.0.7", "evil.test"].map(isOurs), [
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("says where certificate and key do not belong together", async () => {
    const other = await generate([{ name: "commonName", value: "other" }]);
    assert.throws(() => pageServer({ tls: { ...tls, key: other.private } }, () => undefined), UserError);
  });
});
