"""The words of error pages that depend on what the login was for."""

# For each purpose of a login: what failed, how to start again, and what else helps.
WORDS = {
    "login": (
        "Sign-in failed",
        "Start again from the sign-in page.",
        "Sign in with another provider.",
    ),
    "link": (
        "Not connected",
        "Start again from your sign-ins. You are still signed in.",
        "Connect another provider.",
    ),
    "reauthenticate": (
        "Not confirmed",
        "Confirm again that it's you. You are still signed in.",
        "Confirm with another provider of your account.",
    ),
}


def words_for(purpose: str) -> dict[str, str]:
    """Return the words of an error page that depend on what the login was for."""
    failed, start_again, use_another = WORDS.get(purpose, WORDS["login"])
    return {
        "purpose": purpose,
        "failed": failed,
        "start_again": start_again,
        "use_another": use_another,
    }
