"""What each parameter, table and event of a login is for, in a sentence."""

# The parameters of requests, responses and ID Tokens.
PARAMETERS = {
    "csrf_token": "Proves that the form came from a page of this app.",
    "next": "The page to return to.  Only a path of this app is accepted.",
    "response_type": "code: the browser brings back a code, and never a token.",
    "client_id": "The name of this app at the provider.  It is not secret.",
    "redirect_uri": "Where the provider sends the browser.  It must be registered there.",
    "scope": "What this app asks permission for.",
    "state": "A random value.  It ties the response to this login and this browser.",
    "nonce": "A random value.  It comes back in the ID Token and ties that to this login.",
    "code_challenge": "The SHA-256 hash of the code verifier (PKCE).",
    "code_challenge_method": "How the challenge was made from the verifier.",
    "max_age": "How many seconds ago the person may have signed in there.",
    "prompt": "Whether the provider shows a page even if the person is signed in there.",
    "response_mode": "How the response comes back: in the URL, or as a form.",
    "code": "Is exchanged for tokens once.  It is worthless without the rest of the request.",
    "iss": "Who issued this.  It must be the provider that the browser was sent to.",
    "error": "The provider's word for what went wrong.",
    "error_description": "The provider's own explanation.",
    "grant_type": "What is exchanged for tokens.",
    "code_verifier": "The value that the code challenge was made from.  Only this app knows it.",
    "client_secret": "Proves that the request is this app's.",
    "Authorization": "The credentials of the request, in a header.",
    "access_token": "Allows calls to the provider's API.",
    "refresh_token": "Is exchanged for a new access token.",
    "token_type": "How the access token is sent.",
    "expires_in": "How many seconds the access token is good for.",
    "id_token": "Says who signed in, signed by the provider.",
    "sub": "The provider's id of the person.  It never changes: only this identifies anybody.",
    "aud": "Whom the token is for: this app's client ID.",
    "azp": "Which client the token was issued to.",
    "exp": "Until when the token is good.",
    "iat": "When the token was issued.",
    "nbf": "From when on the token is good.",
    "auth_time": "When the person signed in at the provider.",
    "at_hash": "Ties the access token to the ID Token.",
    "sid": "The provider's name for its session.",
    "alg": "How the token is signed.  The token cannot choose freely: see the checks.",
    "kid": "Which of the provider's keys signed this.",
    "typ": "What kind of token this is.",
    "email": "Stored for display.  An address identifies nobody.",
    "email_verified": "Whether the provider says that the address is the person's.",
    "name": "Stored for display.",
    "preferred_username": "Stored for display.",
    "picture": "Stored for display, if it is an https address.",
    "issuer": "The provider's name for itself.  It must be the setting's.",
    "authorization_endpoint": "Where the browser is sent.",
    "token_endpoint": "Where the code is exchanged.",
    "userinfo_endpoint": "Where the profile is.",
    "jwks_uri": "Where the keys are that the provider signs with.",
}
TABLES = {
    "pending_logins": "A login that was started.  It works once: its use deletes it.",
    "users": "The account.",
    "identities": "Who the account belongs to, by (provider, sub).  No password is stored.",
    "login_sessions": "The session of this browser.  The cookie has a key; here is its hash.",
    "audit_events": "What happened, for the activity page and for the owner.",
    "invitations": "An invitation can be used once.",
}
# What a login writes before its end.
NOTES = {
    "INSERT INTO pending_logins": "Store the started login",
    "DELETE FROM pending_logins": "Take the started login: it works once",
}
# How a login ended, by its audit event: the step, and why it went so.
EVENTS = {
    "sign_in": ("Sign in", "This identity (provider and sub) is known: its account is signed in."),
    "sign_up": (
        "Create an account",
        "No identity has this provider and sub, and no account has this verified address.",
    ),
    "link": ("Connect", "The identity is now one of the account that was signed in."),
    "reauthenticate": ("Confirm", "The identity is one of the account that is signed in."),
    "held": ("Ask first", "An account has this verified address: the person must confirm."),
}
# The steps of a login: title, and why it is there.
STEPS = {
    "start": "A person presses a button.  Only a form of this app with its CSRF token can start a"
    " login, so a link on another site cannot.",
    "to provider": "The app tells the browser where to go.  What the app must know later is stored"
    " under the hash of state.",
    "at provider": "The browser takes the request to the provider.  The app's secret is not in it:"
    " everybody could read it there.",
    "answered": "The person signs in and agrees, or does not.  The app does not see this page.",
    "callback": "The browser brings the response.  It may be forged, so nothing is believed before"
    " the checks.",
    "posted callback": "The provider has the browser send the response as a form, from its own"
    " site.  The app only marks the login; the cookie comes with the redirect.",
    "metadata": "The app asks for the provider's addresses and algorithms, and keeps them for an"
    " hour.",
    "keys": "The app fetches the keys that the provider signs with, and keeps them for an hour.",
    "token": "The app exchanges the code for tokens, from server to server.  The secret and the"
    " code verifier prove that the code was issued to this app and this login.",
    "userinfo": "The app asks who it is, with the access token.",
    "finished": "The app sends the browser on.  The code is no longer in the address bar, and the"
    " cookie is the browser's session.",
}
