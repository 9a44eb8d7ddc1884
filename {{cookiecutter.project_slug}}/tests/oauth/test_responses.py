"""What comes from outside, read strictly."""

import pytest

from app.signin.oauth.errors import InvalidResponse
from app.signin.oauth.responses import decode_json


def test_a_name_may_hold_a_control_character():
    """Some providers send it raw, unlike RFC 8259: whoever has such a name could not sign in."""
    assert decode_json(b'{"nickname": "\x14Ada\x1f"}') == {"nickname": "\x14Ada\x1f"}


@pytest.mark.parametrize("text", [b'{"a": 1, "a": 1}', b'{"a": NaN}', b'{"a": "\xff"}', b"{a}"])
def test_what_is_no_json(text):
    with pytest.raises(InvalidResponse) as caught:
        decode_json(text)
    assert caught.value.reason == "not_json"
