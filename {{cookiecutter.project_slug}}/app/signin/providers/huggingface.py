"""Hugging Face.  Docs: https://huggingface.co/docs/hub/oauth."""

from ..oauth.provider import Colors, Provider

PROVIDER = Provider(
    name="huggingface",
    label="Hugging Face",
    issuer="https://huggingface.co",
    scope="openid profile email",
    # The only guide with a token request uses Basic: https://huggingface.co/docs/hub/spaces-oauth
    auth_method="client_secret_basic",
    # It documents no parameter for it.
    choose_account={},
    # Refresh token: unconfirmed.
    console_url="https://huggingface.co/settings/applications/new",
    console_hint="Create application, with the URI and the scopes openid, profile and email.",
    # White on Hugging Face's yellow has too little contrast.
    colors=Colors(background="#fff", text="#1f1f1f", border="#ffd21e"),
)
