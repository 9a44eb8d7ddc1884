"""The providers that this app can offer.  Each has its own file, which is mostly data."""

from importlib import import_module
from pkgutil import iter_modules

from ..oauth.provider import Provider


def load(names: str = "all") -> tuple[Provider, ...]:
    """Return the declarations of the providers in `names`: comma-separated, `all` or `none`.

    They are shown in this order.  Raises ModuleNotFoundError for an unknown provider.
    """
    known = sorted(module.name for module in iter_modules(__path__))
    chosen = {"all": known, "none": []}.get(names, names.split(","))
    return tuple(import_module(f".{name}", __name__).PROVIDER for name in chosen)
