"""Your own pages: start here."""

from .routes import bp, welcome

__all__ = ["bp", "welcome"]
