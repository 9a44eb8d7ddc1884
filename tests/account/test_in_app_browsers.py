"""Browsers inside other apps: Google refuses them, so the page says what to do."""

import pytest
from harness.app_server import RunningApp

from .conftest import Serve, Visit

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko)"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A; wv) AppleWebKit/537.36"
    " (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36"
)
IN_APP = {
    "facebook": f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/468.0.0.33.106;FBDV/iPhone15,2]",
    "facebook-android": f"{ANDROID} [FB_IAB/FB4A;FBAV/468.0.0.0.1;]",
    "instagram": f"{IPHONE} Mobile/15E148 Instagram 334.0.4 (iPhone15,2; iOS 17_5)",
    "line": f"{IPHONE} Mobile/15E148 Safari Line/14.7.0",
    "tiktok": f"{IPHONE} Mobile/15E148 musical_ly_33.5.0 BytedanceWebview/d8a21c6",
    "wechat": f"{ANDROID} MicroMessenger/8.0.49",
    "x": f"{IPHONE} Mobile/15E148 Twitter for iPhone/10.44",
    "snapchat": f"{IPHONE} Mobile/15E148 Snapchat/12.91.0",
    "linkedin": f"{IPHONE} Mobile/15E148 [LinkedInApp]/9.29",
    "another-iphone-app": f"{IPHONE} Mobile/15E148",
    "another-android-app": ANDROID,
}
BROWSERS = {
    "safari": f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1",
    "chrome-iphone": f"{IPHONE} CriOS/126.0 Mobile/15E148 Safari/604.1",
    "firefox-iphone": f"{IPHONE} FxiOS/127.0 Mobile/15E148 Safari/605.1.15",
    "chrome-android": ANDROID.replace("; wv", "").replace("Version/4.0 ", ""),
    "desktop": "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "none": "",
}
NOTICE = "Open this page in your browser"


@pytest.mark.parametrize("agent", IN_APP.values(), ids=IN_APP)
def test_the_page_says_to_open_a_browser(agent: str, app: RunningApp, visit: Visit) -> None:
    visitor = visit(app)
    visitor.headers["User-Agent"] = agent
    page = visitor.page("/login")
    assert NOTICE in page
    assert "Google doesn't let you sign in inside another app" in page
    assert NOTICE in visitor.page("/login/google")
    assert NOTICE not in visitor.page("/login/github")


@pytest.mark.parametrize("agent", BROWSERS.values(), ids=BROWSERS)
def test_a_browser_of_its_own(agent: str, app: RunningApp, visit: Visit) -> None:
    visitor = visit(app)
    visitor.headers["User-Agent"] = agent
    assert NOTICE not in visitor.page("/login")


def test_without_google(serve: Serve, visit: Visit) -> None:
    visitor = visit(serve(GOOGLE_CLIENT_ID="", GOOGLE_CLIENT_SECRET=""))
    visitor.headers["User-Agent"] = IN_APP["facebook"]
    assert NOTICE not in visitor.page("/login")
