"""The providers that this app can offer: one file each, all data but for a quirk or two."""

from ..oauth.provider import Provider
from . import (
    # template: if "facebook" in cookiecutter.__providers.split(",")
    facebook,
    # template: endif
    generic,
    # template: if "github" in cookiecutter.__providers.split(",")
    github,
    # template: endif
    # template: if "google" in cookiecutter.__providers.split(",")
    google,
    # template: endif
    # template: if "x" in cookiecutter.__providers.split(",")
    x,
    # template: endif
)

__all__ = ["PROVIDERS", "generic"]

PROVIDERS: list[Provider] = [
    # The order of the login page.
    # template: if "github" in cookiecutter.__providers.split(",")
    github.PROVIDER,
    # template: endif
    # template: if "google" in cookiecutter.__providers.split(",")
    google.PROVIDER,
    # template: endif
    # template: if "facebook" in cookiecutter.__providers.split(",")
    facebook.PROVIDER,
    # template: endif
    # template: if "x" in cookiecutter.__providers.split(",")
    x.PROVIDER,
    # template: endif
]
