"""Telegram.  Docs: https://core.telegram.org/bots/telegram-login."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="telegram",
    label="Telegram",
    # Its OpenID Connect, in place of the widget that most libraries know: that is no code flow.
    issuer="https://oauth.telegram.org",
    # There is no e-mail address.  The scope `phone` would give a phone number.
    scope="openid profile",
    # As the guide has it; for the widget libraries have post.
    auth_method="client_secret_basic",
    # Telegram documents no parameter for it.
    choose_account={},
    # Whether ID Tokens can prove the time of the sign-in (auth_time): unconfirmed.
    max_age=False,
    console_url="https://t.me/botfather",
    console_hint="A bot's settings, Web Login: add the URI under Allowed URLs; keep RS256.",
    # White on Telegram's blue has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#26a5e4"),
)
