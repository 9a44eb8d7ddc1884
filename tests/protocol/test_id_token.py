"""ID Tokens that are not what they should be (ID).  Spec: OpenID Connect Core 1.0 §3.1.3.7."""

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

import pytest
from harness.app_server import RunningApp
from harness.bad_provider import BadProvider, Listener, Reply, b64, compact, signature
from harness.browser import Browser
from harness.walk import Row, pick, walk
from joserfc.jwk import RSAKey

INVALID = {"outcome": "REJ1", "reason": "invalid_id_token"}
MISSING = object()
ALGORITHMS = [f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)]
ALGORITHMS += ["EdDSA", "Ed25519"]


def claim(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Change claims; a function is given the right value, MISSING takes one out."""

    def change(claims: dict[str, Any]) -> dict[str, Any]:
        changed = dict(claims)
        for name, value in changes.items():
            changed[name] = value(claims.get(name)) if callable(value) else value
        return {name: value for name, value in changed.items() if value is not MISSING}

    return change


def in_seconds(seconds: int) -> Callable[[Any], int]:
    return lambda _: int(time.time()) + seconds


def claims_row(id: str, **changes: Any) -> Row:
    return Row(id=id, stage="claims", change=claim(**changes), **INVALID)


def good_claims(id: str, **changes: Any) -> Row:
    return Row(id=id, stage="claims", change=claim(**changes), outcome="OK")


CLAIMS = [
    claims_row("ID-10 iss of another", iss="https://issuer.example"),
    claims_row("ID-10 iss with a slash more", iss=lambda iss: f"{iss}/"),
    claims_row("ID-10 iss in capitals", iss=lambda iss: iss.upper()),
    claims_row("ID-10 iss missing", iss=MISSING),
    claims_row("ID-10 iss null", iss=None),
    claims_row("ID-10 iss in a list", iss=lambda iss: [iss]),
    claims_row("ID-13 aud missing", aud=MISSING),
    claims_row("ID-13 aud null", aud=None),
    claims_row("ID-13 aud empty list", aud=[]),
    claims_row("ID-13 aud another client", aud="another-client"),
    claims_row("ID-13 aud other clients", aud=["another-client", "a-third"]),
    claims_row("ID-13 aud an object", aud=lambda aud: {aud: True}),
    claims_row("ID-13 aud longer", aud=lambda aud: f"{aud}-2"),
    claims_row("ID-13 aud names others without azp", aud=lambda aud: [aud, "another-client"]),
    claims_row("ID-15 azp another client", azp="another-client"),
    claims_row(
        "ID-15 azp another client, aud both",
        azp="another-client",
        aud=lambda aud: [aud, "another-client"],
    ),
    claims_row("ID-15 azp null", azp=None),
    claims_row("ID-15 azp empty", azp=""),
    claims_row("ID-16 exp missing", exp=MISSING),
    claims_row("ID-16 exp ten minutes ago", exp=in_seconds(-600)),
    claims_row("ID-16 exp just past the leeway", exp=in_seconds(-62)),
    claims_row("ID-16 exp text", exp=lambda exp: str(exp)),
    claims_row("ID-16 exp true", exp=True),
    claims_row("ID-16 exp null", exp=None),
    claims_row("ID-18 iat missing", iat=MISSING),
    claims_row("ID-18 iat a week old", iat=in_seconds(-7 * 86400)),
    claims_row("ID-18 iat two hours old", iat=in_seconds(-7200)),
    claims_row("ID-18 iat in ten minutes", iat=in_seconds(600)),
    claims_row("ID-18 iat text", iat=lambda iat: str(iat)),
    claims_row("ID-18 nbf in ten minutes", nbf=in_seconds(600)),
    claims_row("ID-18 nbf text", nbf="now"),
    claims_row("ID-19 nonce missing", nonce=MISSING),
    claims_row("ID-19 nonce wrong", nonce="another-nonce"),
    claims_row("ID-19 nonce empty", nonce=""),
    claims_row("ID-19 nonce null", nonce=None),
    claims_row("ID-19 nonce a list", nonce=lambda nonce: [nonce]),
    claims_row("ID-19 nonce a number", nonce=7),
    claims_row("ID-19 nonce in capitals", nonce=lambda nonce: nonce.swapcase()),
    claims_row("ID-21 sub missing", sub=MISSING),
    claims_row("ID-21 sub empty", sub=""),
    claims_row("ID-21 sub null", sub=None),
    claims_row("ID-21 sub a number", sub=42),
    claims_row("ID-21 sub a list", sub=["42"]),
    claims_row("ID-23 at_hash wrong", at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    claims_row("ID-23 at_hash empty", at_hash=""),
    claims_row("ID-23 at_hash null", at_hash=None),
    claims_row("ID-23 at_hash of another length", at_hash=lambda value: value[:10]),
]
GOOD = [
    good_claims("ID-13 aud a list of one", aud=lambda aud: [aud]),
    good_claims(
        "ID-15 azp ours, aud two", azp=lambda _: "client-of-the-app", aud=lambda a: [a, "b"]
    ),
    good_claims("ID-16 exp within the leeway", exp=in_seconds(-30)),
    good_claims("ID-16 exp a fraction", exp=lambda exp: exp + 0.5),
    good_claims("ID-18 iat four minutes old", iat=in_seconds(-240)),
    good_claims("ID-18 iat half an hour old, exp good", iat=in_seconds(-1800)),
    claims_row("ID-18 iat half an hour old, exp not", iat=in_seconds(-1800), exp=in_seconds(-90)),
    good_claims("ID-18 iat a little ahead", iat=in_seconds(30)),
    good_claims("ID-18 nbf a little ahead", nbf=in_seconds(30)),
    good_claims("ID-23 at_hash missing", at_hash=MISSING),
    good_claims("ID-27 a hundred claims more", **{f"claim_{n}": "x" * 100 for n in range(100)}),
]

SUBJECTS = {
    "256 characters": "s" * 256,
    "a NUL": "4\x002",
    "a line end": "42\n",
    "a lone surrogate": "4\ud800",
    "a mark that turns the text": "\u202e42",
}


def header(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return claim(**changes)


def header_row(id: str, **changes: Any) -> Row:
    return Row(id=id, stage="header", change=header(**changes), **INVALID)


HEADERS = [
    header_row("ID-08 crit names an extension", crit=["x"], x=True),
    header_row("ID-08 crit empty", crit=[]),
    header_row("ID-08 crit null", crit=None),
    header_row("ID-08 crit b64 false", crit=["b64"], b64=False),
    header_row("ID-11 typ logout token", typ="logout+jwt"),
    header_row("ID-11 typ access token", typ="at+jwt"),
    header_row("ID-11 typ null", typ=None),
    header_row("ID-01 alg in lower case", alg="rs256"),
    header_row("ID-01 alg missing", alg=MISSING),
    header_row("ID-01 alg a list", alg=["RS256"]),
    header_row("ID-01 alg says ES256 over an RSA key", alg="ES256"),
    header_row("ID-05 kid of no key", kid="no-such-key"),
    header_row("ID-05 kid a path", kid="../../../../dev/null"),
    header_row("ID-05 kid a number", kid=1),
    header_row("ID-05 kid an object", kid={"$ne": 1}),
]


def signed_by(
    signed: str, key_of: Callable[[BadProvider], Any], **more: Any
) -> Callable[[BadProvider], None]:
    """Sign with another algorithm or key, and say so in the header."""

    def prepare(provider: BadProvider) -> None:
        key = key_of(provider)

        def sign(made: tuple[Any, Any, str, Any]) -> tuple[Any, Any, str, Any]:
            return {**made[0], "alg": signed, **more}, made[1], signed, key

        provider.fault("sign", sign)

    return prepare


def hs256(form: str) -> Callable[[BadProvider], bytes]:
    """Return the provider's public key as the bytes that a confused verifier would take."""

    def key(provider: BadProvider) -> bytes:
        public = provider.rsa
        if form == "JWK":
            return json.dumps(public.as_dict(private=False)).encode()
        return public.as_bytes(encoding=form, private=False)

    return key


def tampered(part: int) -> Callable[[str], str]:
    """Flip the first bytes of a part of the token."""

    def change(token: str) -> str:
        parts = token.split(".")
        parts[part] = ("AAAA" if not parts[part].startswith("AAAA") else "BBBB") + parts[part][4:]
        return ".".join(parts)

    return change


def other_claims(token: str) -> str:
    """Put another person into the token, under the signature that was made before."""
    start, claims, end = token.split(".")
    found = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return ".".join((start, b64(json.dumps({**found, "sub": "victim"}).encode()), end))


def token_row(id: str, change: Callable[[str], Any]) -> Row:
    return Row(id=id, stage="id_token", change=change, **INVALID)


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def raw_claims(text: Callable[[dict[str, Any]], bytes]) -> Callable[..., Any]:
    """Sign claims that are written as these very bytes."""
    return lambda made: (made[0], text(made[1]), made[2], made[3])


def sign_row(id: str, change: Callable[..., Any], **more: Any) -> Row:
    return Row(id=id, stage="sign", change=change, **(INVALID | more))


def embedded(canary: Listener, name: str) -> Callable[[BadProvider], None]:
    """Sign with the attacker's key, and bring that key along in the header."""

    def prepare(provider: BadProvider) -> None:
        attacker = provider.attacker
        value: Any = f"{canary.url}/keys"
        if name == "jwk":
            value = attacker.as_dict(private=False)
        elif name == "x5c":
            value = [b64(attacker.as_bytes(encoding="DER", private=False))]
        signed_by("RS256", lambda _: attacker, **{name: value})(provider)

    return prepare


SIGNATURES = [
    token_row("ID-01 signature altered RS256", tampered(2)),
    token_row("ID-01 signature empty", lambda token: token[: token.rindex(".") + 1]),
    token_row("ID-01 claims altered", other_claims),
    token_row("ID-01 header altered", tampered(0)),
    token_row("ID-27 two parts", lambda token: token.rpartition(".")[0]),
    token_row("ID-27 four parts", lambda token: f"{token}.e30"),
    token_row("ID-27 encrypted form", lambda token: "a.b.c.d.e"),
    token_row("ID-27 empty", lambda token: ""),
    token_row("ID-27 null", lambda token: None),
    token_row("ID-27 a list", lambda token: [token]),
    token_row("ID-27 an object", lambda token: {"token": token}),
    token_row("ID-27 dots only", lambda token: ".."),
    token_row("ID-27 not ASCII", lambda token: token + "é"),
    token_row("ID-27 100 KB", lambda token: "a" * 50_000 + token + "b" * 50_000),
    sign_row("ID-27 nested 15,000 deep", raw_claims(lambda _: nested(8_000))),
    sign_row("ID-27 10,000 claims", raw_claims(lambda c: json.dumps(c | many(10_000)).encode())),
    sign_row("ID-27 claims a list", raw_claims(lambda _: b"[]")),
    sign_row("ID-27 claims text", raw_claims(lambda _: b'"x"')),
    sign_row("ID-27 claims not UTF-8", raw_claims(lambda _: b'{"sub":"\xff"}')),
    sign_row("ID-28 sub twice", raw_claims(lambda c: twice(c, "sub", "victim"))),
    sign_row("ID-28 exp NaN", raw_claims(lambda c: twice({**c, "exp": 0}, "exp", None, "NaN"))),
    sign_row("ID-28 exp Infinity", raw_claims(lambda c: replaced(c, "exp", "Infinity"))),
    sign_row("ID-28 exp 1e400", raw_claims(lambda c: replaced(c, "exp", "1e400"))),
    sign_row("ID-28 exp of 5,000 digits", raw_claims(lambda c: replaced(c, "exp", "9" * 5000))),
    sign_row("ID-28 alg twice", lambda m: (b'{"alg":"none","alg":"RS256"}', *m[1:])),
]


def many(count: int) -> dict[str, int]:
    return {f"claim_{number}": number for number in range(count)}


def replaced(claims: dict[str, Any], name: str, literal: str) -> bytes:
    """Write a claim's value as this very text."""
    return json.dumps({**claims, name: "@@"}).replace('"@@"', literal).encode()


def twice(claims: dict[str, Any], name: str, value: Any, literal: str = "") -> bytes:
    """Write a claim twice."""
    text = json.dumps(claims)
    return (text[:-1] + f', "{name}": {literal or json.dumps(value)}}}').encode()


PREPARED = {
    "ID-01 signature of another RSA key": signed_by("RS256", lambda p: p.attacker),
    "ID-01 RS384, not on the list": signed_by("RS384", lambda p: p.rsa),
    "ID-01 PS256, not on the list": signed_by("PS256", lambda p: p.rsa),
    "ID-02 alg none": signed_by("none", lambda p: None),
    "ID-02 alg None": signed_by("none", lambda p: None, alg="None"),
    "ID-02 alg none, no kid": signed_by("none", lambda p: None, kid=None),
    "ID-02 alg empty": signed_by("none", lambda p: None, alg=""),
    "ID-04 HS256 with the public key, PEM": signed_by("HS256", hs256("PEM")),
    "ID-04 HS256 with the public key, DER": signed_by("HS256", hs256("DER")),
    "ID-04 HS256 with the public key, JWK": signed_by("HS256", hs256("JWK")),
    "ID-04 HS256 with the client secret": signed_by("HS256", lambda p: p.client[1].encode()),
    "ID-04 HS256 with an empty key": signed_by("HS256", lambda p: b""),
}


@pytest.mark.parametrize(**pick(CLAIMS + GOOD + HEADERS + SIGNATURES))
def test_id_token(row: Row, app: RunningApp, provider: BadProvider, canary: Listener) -> None:
    walk(row, app, provider, canary)


@pytest.mark.parametrize("kind", SUBJECTS)
def test_id_21_sub_holds(
    kind: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    change = claim(sub=SUBJECTS[kind], name="Name", email="a@example.org")
    row = Row(id=kind, stage="claims", change=change, outcome="REJ1", reason="bad_sub")
    walk(row, app, provider, canary)


@pytest.mark.parametrize("name", PREPARED)
def test_algorithm(name: str, app: RunningApp, provider: BadProvider, canary: Listener) -> None:
    row = Row(id=name, prepare=PREPARED[name], **INVALID)
    walk(row, app, provider, canary)
    assert provider.reached == ["sign"]


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
def test_id_06_keys_in_the_header_are_not_looked_at(
    name: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    walk(Row(id=name, prepare=embedded(canary, name), **INVALID), app, provider, canary)
    assert provider.reached == ["sign"]


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_each_algorithm_of_the_metadata_signs_in(
    alg: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    use(provider, alg)
    walk(Row(id=alg, outcome="OK"), app, provider, canary)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_id_01_signature_altered(
    alg: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    use(provider, alg)
    walk(token_row(f"ID-01 {alg}", tampered(2)), app, provider, canary)


def test_id_01_es256_signature_of_zeros(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    use(provider, "ES256")

    def blank(token: Any) -> Any:
        return f"{token.rpartition('.')[0]}.{b64(bytes(64))}"

    walk(token_row("ID-01 zeros", blank), app, provider, canary)


def test_id_23_at_hash_of_another_algorithm(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    """EdDSA hashes with SHA-512; the SHA-256 of the same token is a wrong at_hash."""
    use(provider, "EdDSA")
    half = claim(at_hash=lambda value: value[:22])
    walk(Row(id="ID-23", stage="claims", change=half, **INVALID), app, provider, canary)


@pytest.mark.parametrize(
    ("listed", "named"),
    [
        (["HS256"], "OIDC_OP_ID_TOKEN_ALG"),
        (["HS512", "HS256"], "a signing key"),
        (["none"], "none"),
        (["ES256K", "RSA1_5"], "ES256K, RSA1_5"),
        ([None, {}, 7, "\ud800"], "None"),
        (["x" * 500_000], "x" * 200),
    ],
)
def test_only_algorithms_that_are_not_taken(
    listed: list[Any], named: str, app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.metadata["id_token_signing_alg_values_supported"] = listed
    went = walk(
        Row(id="none left", outcome="REJ1", reason="invalid_response"), app, provider, canary
    )
    assert named in went.events[0]["detail"]
    doctor = app.app.test_cli_runner().invoke(args=["doctor"]).output
    assert any("FAIL  op: discovery" in line and named in line for line in doctor.splitlines())


def test_a_token_signed_with_another_algorithm_is_named(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.metadata["id_token_signing_alg_values_supported"] = ["RS256", "HS256"]
    row = Row(id="HS256", prepare=signed_by("HS256", lambda p: p.client[1].encode()), **INVALID)
    assert "'HS256'" in walk(row, app, provider, canary).events[0]["detail"]


def test_nothing_listed_means_rs256(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    provider.metadata["id_token_signing_alg_values_supported"] = None
    walk(Row(id="RS256", outcome="OK"), app, provider, canary)


def test_id_27_token_of_two_megabytes(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    row = Row(
        id="ID-27 2 MB",
        stage="id_token",
        change=lambda token: "a" * 2_000_000 + token,
        outcome="REJ1",
        reason="too_large",
    )
    went = walk(row, app, provider, canary)
    assert went.seconds < 3


def test_id_27_a_long_token_that_is_well_signed_costs_no_new_keys(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    long = claim(pad="x" * 100_000)
    walk(Row(id="ID-27", stage="claims", change=long, **INVALID), app, provider, canary)
    assert provider.count("jwks") == 1


def test_id_12_one_issuer_s_token_at_another(
    app: RunningApp, provider: BadProvider, canary: Listener
) -> None:
    """The same keys and the same client at two issuers: the token of one is not the other's."""
    other = claim(iss=lambda iss: iss.replace("/one", "/two"))
    row = Row(id="ID-10", stage="claims", change=other, tenant="one", **INVALID)
    walk(row, app, provider, canary)


def test_id_30_token_of_an_earlier_login(
    app: RunningApp, provider: BadProvider, canary: Listener, browser: Browser
) -> None:
    """A token that was good a moment ago carries the nonce of that login."""
    kept: list[str] = []
    provider.fault("id_token", lambda token: kept.append(token) or token)
    walk(Row(id="first", outcome="OK"), app, provider, canary, browser)
    replay = Row(id="ID-19 replayed", stage="id_token", change=lambda _: kept[0], **INVALID)
    walk(replay, app, provider, canary)


def use(provider: BadProvider, alg: str) -> None:
    """Let the provider sign with this algorithm, as its metadata says."""
    key = provider.curves.get(alg) or (provider.rsa if alg[1] == "S" else provider.okp)
    provider.signing = (alg, key)
    provider.published = [provider.rsa_2, key]


def test_the_signer_of_these_tests_signs_as_joserfc_does(provider: BadProvider) -> None:
    from joserfc import jws

    token = compact({"alg": "RS256"}, {"sub": "1"}, "RS256", provider.rsa)
    assert jws.deserialize_compact(token, provider.rsa).payload == b'{"sub": "1"}'
    assert signature(b"", "none", None) == b""
    assert isinstance(provider.attacker, RSAKey)
    assert Reply({"a": 1}).sent() == b'{"a": 1}'
