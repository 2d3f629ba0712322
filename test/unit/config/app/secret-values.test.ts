import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hooksOf } from "../../../../src/config/app/container-list.ts";
import { secretValuesOf, writesSecrets } from "../../../../src/config/app/secret-values.ts";
import { UserError } from "../../../../src/errors.ts";
import { application, LEAST } from "../../../support/application.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const WITH_SECRETS = application({
  secrets: {
    DB_PASSWORD: { config: "dbPassword" },
    PGPASSWORD: { config: "dbPassword" },
    API_KEY: { secret: "shop-api", key: "token" },
  },
  sidecars: [
    {
      name: "proxy",
      image: "proxy:1",
      resources: LEAST.resources,
      secrets: { CERT: { config: "proxyCert" } },
    },
  ],
});

describe("the secrets of a version", () => {
  it("are those that its containers name, each once, and no others of the project", () => {
    const secrets = { dbPassword: "geheim", proxyCert: "cert", other: "not of this application" };
    assert.deepEqual(secretValuesOf(WITH_SECRETS, "canary-25", { secrets, secretsKey: KEY }), {
      values: { dbPassword: "geheim", proxyCert: "cert" },
      hashKey: KEY,
    });
    assert.equal(writesSecrets(WITH_SECRETS), true);
  });

  it("are not those of its hooks, which have a Secret of their own with them", () => {
    const before = { args: ["migrate"], secrets: { ADMIN: { config: "admin" } } };
    const app = application({ secrets: { PASSWORD: { config: "password" } }, hooks: { before } });
    const found = { secrets: { admin: "a", password: "p" }, secretsKey: KEY };
    assert.deepEqual(secretValuesOf(app, "canary-25", found)?.values, { password: "p" });
    assert.deepEqual(secretValuesOf(app, "canary-25", found, hooksOf(app))?.values, found.secrets);
    assert.equal(writesSecrets(application({ hooks: { before } })), true);
    assert.throws(
      () => secretValuesOf(app, "canary-25", { secrets: { password: "p" }, secretsKey: KEY }),
      /app\.hooks\.before\.secrets\.ADMIN is secrets\.admin, which Pulumi\.canary-25\.yaml does not have/,
    );
  });

  it("are none where all stand in Secrets of somebody else", () => {
    const app = application({ secrets: { API_KEY: { secret: "shop-api", key: "token" } } });
    assert.equal(secretValuesOf(app, "canary-25", {}), undefined);
    assert.equal(writesSecrets(app), false);
  });

  const refusal = (found: Parameters<typeof secretValuesOf>[2]): string => {
    try {
      secretValuesOf(WITH_SECRETS, "canary-25", found);
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      return error.toString();
    }
    return assert.fail("the secrets were accepted");
  };

  it("are refused where the stage does not have one, with what to type, and none is shown", () => {
    const text = refusal({ secrets: { dbPassword: "geheim" }, secretsKey: KEY });
    assert.equal(
      text,
      "app.sidecars[0].secrets.CERT is secrets.proxyCert, which Pulumi.canary-25.yaml does not have\n" +
        "The stage has dbPassword. Set it there, as in every stage: pulumi config set --secret --path secrets.proxyCert --stack canary-25.",
    );
    assert.match(
      refusal({}),
      /secrets\.dbPassword, which .*\n.*secrets\.proxyCert, which .*\nThe stage has none\./,
    );
  });

  it("are refused without the key of their hash", () => {
    const text = refusal({ secrets: { dbPassword: "geheim", proxyCert: "cert" } });
    assert.match(
      text,
      /^secretsKey is missing in Pulumi\.canary-25\.yaml, and app has secrets of the project\n/,
    );
    assert.match(text, /openssl rand -hex 32 \| pulumi config set --secret secretsKey --stack canary-25\.$/);
    assert.doesNotMatch(text, /geheim/);
  });
});
