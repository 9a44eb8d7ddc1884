"""Cognito.  Docs: https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html."""

from ..oauth.provider import Colors, Provider, Setting

PROVIDER = Provider(
    name="cognito",
    label="Cognito",
    # The domain of the sign-in pages is another one; the metadata names it.
    issuer="https://cognito-idp.us-east-1.amazonaws.com/us-east-1_EXAMPLE",
    scope="openid profile email",
    # https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
    post_logout_param="logout_uri",
    # As the guide recommends it; most libraries send the form.
    auth_method="client_secret_basic",
    offline={},
    settings=(
        Setting(ending="REGION", default="us-east-1", example="eu-central-1"),
        Setting(
            ending="USER_POOL_ID",
            required=True,
            default="us-east-1_EXAMPLE",
            example="eu-central-1_AbCdEf123",
        ),
    ),
    console_url="https://console.aws.amazon.com/cognito/v2/idp/user-pools",
    console_hint="App client, traditional web application; Login pages: the URI, 3 scopes.",
    # White on its red has a contrast of 4.49, just too little.
    colors=Colors(background="#fff", text="#1f1f1f", border="#dd344c"),
)
