"""What a person is told when a sign-in cannot go on: one fixed page an error, never the provider's
own text."""

from dataclasses import dataclass

from ..oauth.errors import (
    AuthorizationError,
    InvalidCallback,
    ProviderUnavailable,
    TokenError,
)
from .identities import IdentityError

TRY_AGAIN = "Start again from the sign-in page."
LATER = "Wait a minute, then start again."
COOKIES = "Allow this site to keep cookies, and finish in the browser tab that you started in."
ASK = "If it keeps happening, tell whoever runs this site, with the code below."


@dataclass(frozen=True)
class Page:
    """The page of an error: its status, what happened, what the reader can do, and what the
    operator should look at."""

    status: int
    title: str
    text: str
    advice: tuple[str, ...]
    operator: str


PAGES = {
    "invalid_callback": Page(
        400,
        "This sign-in could not be confirmed",
        "The answer that came back does not belong to a sign-in that was started here.",
        (TRY_AGAIN, COOKIES),
        "Somebody may have followed a foreign link; many of these mean a provider or a proxy that"
        " changes the callback's parameters.",
    ),
    "login_expired": Page(
        400,
        "This sign-in has expired",
        "It took too long, was used already, or was started in another browser.",
        (TRY_AGAIN, COOKIES),
        "PENDING_LOGIN_SECONDS says how long a sign-in may take; PUBLIC_URL must be the address"
        " that people use, or the cookie of the start is missing at the end.",
    ),
    "provider_refused": Page(
        400,
        "The provider did not let this sign-in through",
        "It was refused on the other side, before anything happened here.",
        (TRY_AGAIN, "Try another way to sign in.", ASK),
        "The log names the provider's error code. Check the registration there: callback URL,"
        " scope, whether the app is published.",
    ),
    "provider_unavailable": Page(
        503,
        "The provider is not answering",
        "Nothing was changed. The sign-in can be tried again in a moment.",
        (LATER, "Try another way to sign in."),
        "Run `flask doctor`. The log says whether it was a time-out, TLS, or an error status.",
    ),
    "provider_error": Page(
        502,
        "The provider's answer was not right",
        "It could not be verified, so nobody was signed in.",
        (TRY_AGAIN, ASK),
        "The log names the check that failed. Run `flask doctor`; compare this machine's clock.",
    ),
    "provider_misconfigured": Page(
        502,
        "This sign-in is not set up correctly",
        "The provider does not accept this site's registration.",
        ("Try another way to sign in.", ASK),
        "The client ID or secret is wrong or was replaced, or the callback URL is not registered:"
        " compare `flask providers` with the provider's console.",
    ),
    "account_disabled": Page(
        403,
        "This account cannot sign in",
        "It has been switched off.",
        ("Ask whoever runs this site.",),
        "The user is disabled.",
    ),
    "provider_moved": Page(
        409,
        "This sign-in leads somewhere else now",
        "The provider's address was changed, so its accounts are not the ones known here.",
        (ASK,),
        "The provider's ISSUER or BASE_URL setting differs from the one that its identities were"
        " made with. Set it back, or give the other server a name of its own.",
    ),
    "identity_taken": Page(
        409,
        "This sign-in belongs to another account",
        "It is connected to another account here. Nothing was changed on either.",
        (
            "Sign out, and sign in with it, to see that account.",
            "To have it on this account, disconnect it there first.",
        ),
        "One identity belongs to one account; a link that is asked for twice is refused.",
    ),
    "other_account": Page(
        403,
        "That is another account",
        "Confirm with a sign-in that is connected to the account you are signed in to.",
        ("Choose the right account at the provider, or another provider.",),
        "Recent sign-in was asked for, and another identity came back.",
    ),
    "not_allowed": Page(
        403,
        "This account may not come in here",
        "This site lets only certain organizations in, by a verified address or a membership.",
        ("Use your work account.", "Ask whoever runs this site."),
        "ALLOWED_EMAIL_DOMAINS, GITHUB_ALLOWED_ORGS or GOOGLE_HOSTED_DOMAIN refused it. GitHub"
        " shows an organization's members only to apps that the organization has approved.",
    ),
    "email_required": Page(
        403,
        "An e-mail address is needed",
        "The provider gave none, or none that it has verified.",
        ("Add or verify an address there, then start again.", "Try another way to sign in."),
        "REQUIRE_EMAIL is set.",
    ),
    "signup_closed": Page(
        403,
        "There are no new accounts here",
        "Who has an account already can sign in, with what they have used before.",
        ("Sign in with a provider that you have used here.", "Ask whoever runs this site."),
        "SIGNUP=closed.",
    ),
    "invitation_required": Page(
        403,
        "You need an invitation",
        "New accounts are made from invitations.",
        ("Open the link of your invitation first, then sign in.",),
        "SIGNUP=invite; `flask users invite` makes a link.",
    ),
    "invitation_used": Page(
        403,
        "This invitation cannot be used",
        "It was used already, or has expired.",
        ("Ask for a new one.", "If you have an account already, just sign in."),
        "`flask users invite` makes a new link.",
    ),
    "unavailable": Page(
        503,
        "This site cannot sign anybody in right now",
        "Nothing was changed. The sign-in can be tried again in a moment.",
        (LATER,),
        "The database did not answer: see /readyz and the log.",
    ),
}

EXPIRED_REASONS = ("unknown_state", "expired_state")
RETRY_ERRORS = ("server_error", "temporarily_unavailable")
MISCONFIGURED_ERRORS = (
    "invalid_client",
    "unauthorized_client",
    "redirect_uri_mismatch",
    "incorrect_client_credentials",
)
EXPIRED_GRANTS = ("invalid_grant", "bad_verification_code")


def code_of(error: Exception) -> str:
    """Return the code of the page for an error."""
    match error:
        case InvalidCallback(reason=reason):
            return "login_expired" if reason in EXPIRED_REASONS else "invalid_callback"
        case AuthorizationError(error=word):
            return "provider_unavailable" if word in RETRY_ERRORS else "provider_refused"
        case TokenError(error=word) if word in EXPIRED_GRANTS:
            return "login_expired"
        case TokenError(error=word) if word in MISCONFIGURED_ERRORS:
            return "provider_misconfigured"
        case ProviderUnavailable():
            return "provider_unavailable"
        case IdentityError(reason=reason):
            return reason
    return "provider_error"
