"""The example of docs/live runs, and the page says what the code does."""

import re
import sys
from types import ModuleType

import pytest

from app.db import Base, db
from app.live import events, hub, routes
from app.signin.config import ROOT
from app.signin.models import LIVE_EVENT_LENGTH

TEXT = (ROOT / "docs" / "live" / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def counter():
    source = TEXT.partition("<!-- example -->\n```python\n")[2].partition("\n```\n")[0]
    module = sys.modules["counter_example"] = ModuleType("counter_example")
    exec(compile(source, "docs/live/README.md", "exec"), vars(module))  # noqa: S102 - ours
    yield module
    del sys.modules["counter_example"]
    Base.metadata.remove(Base.metadata.tables["counters"])
    Base.registry._dispose_cls(module.Counter)


def test_a_part_of_one_s_own(counter, app, open_page):
    # The server of this test has answered nothing yet.
    app.register_blueprint(counter.bp)
    with app.app_context():
        counter.Counter.__table__.create(db.engine)
    browser = app.test_client()
    browser.sign_in()
    page = open_page(browser)
    assert page.hears() == {"changed": "account"}
    assert browser.press("/counter").location == "/counter"
    assert page.hears() == {"changed": "counter"}
    assert '<p data-part="counter">Pressed 1 times.</p>' in browser.get("/counter").text


def test_the_numbers_are_those_of_the_code():
    text = " ".join(TEXT.split())
    codes = (hub.GOING_AWAY, hub.NOT_ALLOWED, hub.TRY_AGAIN_LATER, hub.SESSION_ENDED, 1009)
    assert set(re.findall(r"\| (\d{4}) \|", text)) == {str(code) for code in codes}
    for said in (
        f"more than {routes.MOST_MESSAGES} messages",
        f"more than {routes.MAX_MESSAGE} bytes",
        f"silent for {routes.PING_SECONDS} seconds",
        f"up to {LIVE_EVENT_LENGTH} characters",
        f"the development server has {hub.USUAL_PLACES}), and {hub.PER_PERSON} of them",
    ):
        assert said in text
    assert hub.TURN_SECONDS < 2 < events.WINDOW.total_seconds()
