// An OpenID Provider by oidc-provider, configured by one argument of JSON:
//   host          what its issuer calls this machine
//   client        our registration there, in the words of OpenID Connect Dynamic Registration
//   alg           how it signs
//   skew          seconds that its clock is ahead
//   registration  whether it takes registrations by itself: true, or the token that it asks for
//   claimsInToken whether the ID Token carries name and e-mail
// Prints its issuer when it listens.  GET /test/rotate gives it a new key.
import { createServer } from "node:http";
import { generateKeyPairSync, randomUUID } from "node:crypto";

const { host, client, alg, skew, claimsInToken, registration } = JSON.parse(process.argv[2]);

if (skew) {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      super(...(given.length ? given : [RealDate.now() + skew * 1000]));
    }
    static now() {
      return RealDate.now() + skew * 1000;
    }
  };
}
const { Provider } = await import("oidc-provider");

const KINDS = {
  RS256: ["rsa", { modulusLength: 2048 }],
  PS256: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256" }],
  EdDSA: ["ed25519", {}],
};

function newKey() {
  const { privateKey } = generateKeyPairSync(...KINDS[alg]);
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg, use: "sig" };
}

function provider(issuer) {
  return new Provider(issuer, {
    clients: [{ id_token_signed_response_alg: alg, ...client }],
    jwks: { keys: [newKey()] },
    enabledJWA: { idTokenSigningAlgValues: [alg] },
    pkce: { required: () => true },
    conformIdTokenClaims: !claimsInToken,
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    subjectTypes: ["public", "pairwise"],
    pairwiseIdentifier: (ctx, account, { clientId }) => `pairwise-${clientId}-${account}`,
    findAccount: (ctx, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `Name ${id}`,
        email: `${id}@example.org`,
        email_verified: true,
      }),
    }),
    features: {
      devInteractions: { enabled: true },
      registration: {
        enabled: Boolean(registration),
        initialAccessToken: typeof registration === "string" ? registration : false,
      },
    },
    cookies: { keys: [randomUUID()] },
  });
}

const server = createServer();
server.listen(0, () => {
  const issuer = `http://${host}:${server.address().port}`;
  let answer = provider(issuer).callback();
  server.on("request", (request, response) => {
    if (request.url === "/test/rotate") {
      answer = provider(issuer).callback();
      response.end();
    } else if (request.url.startsWith("/test/")) {
      response.end();
    } else {
      answer(request, response);
    }
  });
  console.log(JSON.stringify({ issuer }));
});
