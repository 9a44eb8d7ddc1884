"""What a User-Agent header says of a device."""

import re

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
# The first that fits.  Tablets with Android leave out "Mobile"; most iPads say that they are Macs.
KINDS = (
    ("iPad|Tablet|Android(?!.*Mobile)", "tablet"),
    ("iPhone|Mobile", "phone"),
    ("Windows|Mac OS X|CrOS|Linux", "computer"),
)


def described(user_agent: str) -> str:
    """Return a short description of a User-Agent header, such as "Firefox on Linux".

    The order of BROWSERS and SYSTEMS matters: most headers include older browsers' names.
    """
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser


def kind(user_agent: str) -> str:
    """Return the kind of the device: `phone`, `tablet`, `computer` or `unknown`."""
    return next((kind for pattern, kind in KINDS if re.search(pattern, user_agent)), "unknown")
