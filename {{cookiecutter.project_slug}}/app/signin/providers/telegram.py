"""Telegram.  Docs: https://core.telegram.org/bots/telegram-login."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="telegram",
    label="Telegram",
    # Its OpenID Connect, in place of the widget that most libraries know: that is no code flow.
    issuer="https://oauth.telegram.org",
    # There is no e-mail address.  The scope `phone` would give a phone number.
    # `sub` is an id of the person for this bot; `id`, which older libraries know, holds everywhere.
    scope="openid profile",
    # As the guide has it; for the widget libraries have post.
    auth_method="client_secret_basic",
    # Telegram documents no parameter for it.
    choose_account={},
    # ID Tokens have no nonce and no auth_time: the metadata does not list them as claims, and real
    # tokens do not hold them.  Source: https://github.com/trip2g/trip2g/issues/334
    nonce=False,
    max_age=False,
    console_url="https://t.me/botfather",
    console_hint="A bot's settings, Web Login: add the URI under Allowed URLs; keep RS256.",
    # White on Telegram's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#26a5e4"),
)
