import os


class Config:
    SECRET_KEY = os.environ.get("SECRET_KEY", "dev")
    # some hosts still hand out the old "postgres://" scheme
    SQLALCHEMY_DATABASE_URI = os.environ.get(
        "DATABASE_URL", "sqlite:///shop.db"
    ).replace("postgres://", "postgresql://", 1)
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
