import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, it } from "mocha";
import { findImage, locateImage, tokenService } from "../../../src/project/image.ts";
import { type Loopback, listenOnLoopback } from "../../support/loopback.ts";

describe("where an image is", () => {
  it("is the registry that the image names", () => {
    assert.deepEqual(locateImage("registry.example.com:5000/team/web", "1", undefined), {
      registry: "registry.example.com:5000",
      repository: "team/web",
      reference: "1",
    });
    assert.equal(locateImage("localhost/web", "1", undefined)?.registry, "localhost");
  });

  it("is the given registry for one that names none, and else unknown", () => {
    assert.deepEqual(locateImage("httpd", "2", "registry.example.com/library"), {
      registry: "registry.example.com",
      repository: "library/httpd",
      reference: "2",
    });
    assert.equal(locateImage("team/web", "1", undefined), undefined);
  });
});

describe("a registry's token service", () => {
  for (const [realm, registry] of [
    ["https://registry.example.com/token", "registry.example.com"],
    ["https://registry.example.com:5000/token", "registry.example.com:5000"],
    ["https://auth.example.com/token", "registry.example.com"],
    ["https://example.com/jwt/auth", "registry.example.com"],
    ["http://localhost:5000/token", "localhost:5000"],
  ] as const) {
    it(`is ${realm} for ${registry}`, () => assert.equal(tokenService(realm, registry).href, realm));
  }

  for (const [realm, registry] of [
    ["https://example.org/token", "registry.example.com"],
    ["https://registry.example.com.example.org/token", "registry.example.com"],
    ["https://notexample.com/token", "registry.example.com"],
    ["http://registry.example.com/token", "registry.example.com"],
    ["https://169.254.169.254/token", "registry.example.com"],
    ["https://10.0.0.2/token", "10.0.0.1"],
    ["http://127.0.0.1:6443/token", "127.0.0.1:5000"],
    ["https://example.com/token", "example.org"],
    ["file:///etc/passwd", "registry.example.com"],
  ] as const) {
    it(`is not ${realm} for ${registry}`, () =>
      assert.throws(() => tokenService(realm, registry), /which is not the registry's own$/));
  }
});

describe("asking a registry for an image", () => {
  let server: Loopback | undefined;
  afterEach(() => server?.close());

  async function registry(listener: RequestListener): Promise<string> {
    server = await listenOnLoopback(createServer(listener));
    return `127.0.0.1:${server.port}`;
  }

  const having = (paths: readonly string[]) =>
    registry(({ url = "" }, response) => {
      response.statusCode = paths.includes(url) ? 200 : 404;
      response.end();
    });

  it("finds what it has, and says what it has not", async () => {
    const host = await having(["/v2/team/web/manifests/1.2"]);
    assert.deepEqual(await findImage(`${host}/team/web`, "1.2", undefined), {
      found: true,
      digest: undefined,
    });
    assert.deepEqual(await findImage(`${host}/team/web`, "1.3", undefined), { found: false });
    assert.deepEqual(await findImage("web", "1.2", `${host}/team`), { found: true, digest: undefined });
  });

  it("gives the digest that the registry names the image by, and nothing that is none", async () => {
    for (const [said, digest] of [
      [`sha256:${"a".repeat(64)}`, `sha256:${"a".repeat(64)}`],
      ["sha256:short", undefined],
      ["md5:abc", undefined],
    ] as const) {
      const host = await registry((_request, response) => {
        response.writeHead(200, { "Docker-Content-Digest": said }).end();
      });
      assert.deepEqual(await findImage(`${host}/web`, "1", undefined), { found: true, digest });
      await server?.close();
    }
    server = undefined;
  });

  it("gets the token that anybody may have", async () => {
    const host = await registry((request, response) => {
      const address = `http://${request.headers.host}`;
      if (request.url?.startsWith("/token?")) {
        assert.equal(request.url, "/token?service=registry&scope=repository%3Aweb%3Apull");
        return response.end(JSON.stringify({ token: "anybody" }));
      }
      const isKnown = request.headers.authorization === "Bearer anybody";
      const challenge = `Bearer realm="${address}/token",service="registry",scope="repository:web:pull"`;
      response.writeHead(isKnown ? 200 : 401, { "WWW-Authenticate": challenge }).end();
    });
    assert.deepEqual(await findImage(`${host}/web`, "1", undefined), { found: true, digest: undefined });
  });

  it("asks no other server for a token than the registry's own", async () => {
    const asked: string[] = [];
    const other = await listenOnLoopback(
      createServer(({ url = "" }, response) => {
        asked.push(url);
        response.end(JSON.stringify({ token: "anybody" }));
      }),
    );
    try {
      const host = await registry((_request, response) => {
        const realm = `http://127.0.0.1:${other.port}/token`;
        response.writeHead(401, { "WWW-Authenticate": `Bearer realm="${realm}"` }).end();
      });
      assert.match(
        reason(await findImage(`${host}/web`, "1", undefined)),
        /which is not the registry's own$/,
      );
      assert.deepEqual(asked, []);
    } finally {
      await other.close();
    }
  });

  it("does not follow its token service anywhere else", async () => {
    const host = await registry(({ url, headers }, response) => {
      if (url === "/token") return response.writeHead(302, { Location: "/elsewhere" }).end();
      if (url === "/elsewhere") return response.end(JSON.stringify({ token: "anybody" }));
      const challenge = `Bearer realm="http://${headers.host}/token"`;
      response.writeHead(headers.authorization ? 200 : 401, { "WWW-Authenticate": challenge }).end();
    });
    assert.match(reason(await findImage(`${host}/web`, "1", undefined)), /its token service answers 302/);
  });

  it("follows the registry to where it keeps manifests", async () => {
    const host = await registry(({ url }, response) => {
      if (url === "/stored") response.end();
      else response.writeHead(307, { Location: "/stored" }).end();
    });
    assert.deepEqual(await findImage(`${host}/web`, "1", undefined), { found: true, digest: undefined });
  });

  it("does not fail where the registry cannot be asked, but says why", async () => {
    const host = await registry((_request, response) => {
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="private"' }).end();
    });
    assert.match(reason(await findImage(`${host}/web`, "1", undefined)), /it wants credentials/);
    assert.match(reason(await findImage("127.0.0.1:9/web", "1", undefined)), /cannot be asked/);
    assert.match(reason(await findImage("httpd", "1", undefined)), /names no registry/);
  });

  const reason = (answer: Awaited<ReturnType<typeof findImage>>): string =>
    "reason" in answer ? answer.reason : "";
});
