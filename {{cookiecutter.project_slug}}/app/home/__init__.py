"""Your own pages.  Start here."""

from .routes import bp, welcome

__all__ = ["bp", "welcome"]
