"""A JWT that we sign, for providers that know our public key in place of a client secret.

An ordinary login runs nothing of this file.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

from joserfc import errors, jwk, jwt

from .errors import TokenError
from .id_token import KEY_TYPES
from .provider import Client

SECONDS = 300

log = logging.getLogger(__name__)


def signed_jwt(
    client: Client, claims: Mapping[str, Any], *, alg: str, header: Mapping[str, str] | None = None
) -> str:
    """Return a JWT with these claims, signed with PRIVATE_KEY and valid for five minutes.

    Raises TokenError where the key cannot sign: that is the owner's mistake.
    Spec: RFC 7523 §2.2 and §3.
    """
    now = int(time.time())
    pem = client.settings["PRIVATE_KEY"].replace("\\n", "\n")
    times = {"iat": now, "exp": now + SECONDS}
    try:
        key = jwk.import_key(pem, KEY_TYPES[alg])
        return jwt.encode({"alg": alg, **(header or {})}, {**claims, **times}, key)
    except (errors.JoseError, TypeError, ValueError) as error:
        log.error("%s is not usable: %s", client.provider.setting("PRIVATE_KEY"), error)
        raise TokenError("invalid_client") from error
