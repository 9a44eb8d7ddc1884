"""An administrator, and somebody who is none."""

import pytest
from sqlalchemy import update

from app.db import db
from app.models import User
from tests.fake_provider import GRACE


@pytest.fixture
def admin(app, signed_in):
    """The browser of Ada, user 1, who is the only administrator."""
    with app.app_context():
        db.session.execute(update(User).where(User.id == 1).values(is_admin=True))
        db.session.commit()
    return signed_in


@pytest.fixture
def grace(app, admin, fake):
    """The browser of Grace, user 2."""
    fake.person = GRACE
    browser = app.test_client()
    browser.sign_in()
    return browser
