"""`make docs`: every link leads somewhere, no other host is asked, and the search finds pages."""

import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import docs_site
import pytest
from clean_copy import ROOT
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.proof

# What a browser loads by itself; a link of a page is only followed by people.
LOADED = {("img", "src"), ("script", "src"), ("source", "srcset"), ("link", "href")}
NOT_LOADED = {"search", "index", "next", "prev", "canonical"}


class Links(HTMLParser):
    """The ids, the links and what is loaded, of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.followed: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        self.ids.update(values[name] for name in ("id", "name") if name in values)
        for name, value in values.items():
            if (tag, name) in LOADED and values.get("rel") not in NOT_LOADED:
                self.loaded.add(value)
            elif name in ("href", "src", "action"):
                self.followed.add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "docs"
    docs_site.build(folder)
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Links]:
    return {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def broken(page: Path, pages: dict[Path, Links]) -> Iterator[str]:
    """Yield the links of a page that lead nowhere in the site."""
    for link in sorted(pages[page].followed | pages[page].loaded):
        parts = urlsplit(link)
        if parts.scheme in ("http", "https", "data", "mailto"):
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        fragment = unquote(parts.fragment)
        if not target.is_file() or (fragment and fragment not in pages[target].ids):
            yield f"{page.name}: {link}"


def test_every_link_leads_somewhere(pages: dict[Path, Links]) -> None:
    assert len(pages) > 500
    assert [found for page in pages for found in broken(page, pages)] == []


def test_nothing_is_loaded_from_another_host(site: Path, pages: dict[Path, Links]) -> None:
    loaded = set().union(*(links.loaded for links in pages.values()))
    assert any(link.endswith(".css") or ".css?" in link for link in loaded)
    assert [link for link in loaded if urlsplit(link).netloc] == []
    for path in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", path.read_text()), path


def test_every_page_is_in_it(site: Path) -> None:
    app = ROOT / docs_site.TEMPLATE
    here = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    theirs = [*app.glob("*.md"), *(app / "docs").rglob("*.md")]
    names = [path.relative_to(ROOT) for path in here]
    names += [docs_site.APP / path.relative_to(app) for path in theirs]
    assert [name for name in names if not (site / name.with_suffix(".html")).exists()] == []
    # As an app has it, not as a template.
    assert ">My App<" in (site / docs_site.APP / "README.html").read_text(encoding="utf-8")


def test_source_is_shown(site: Path, pages: dict[Path, Links]) -> None:
    routes = site / docs_site.APP / "app/signin/auth/routes.py.html"
    assert f"{docs_site.APP}/app/signin/auth/routes.py.html" in pages[site / "README.html"].followed
    assert "def" in routes.read_text(encoding="utf-8")
    assert f"{docs_site.APP}/docs/deploy.html" in "".join(pages[site / "index.html"].followed)


def test_it_searches_without_a_server(site: Path, context: BrowserContext, page: Page) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.goto((site / "index.html").as_uri())
    page.get_by_role("textbox", name="Search").fill("haproxy")
    page.keyboard.press("Enter")
    results = page.locator("#search-results")
    expect(results).to_contain_text("found")
    # Pages of text are found, not those of source files.
    assert ".py" not in results.inner_text()
    results.get_by_role("link", name="Deploy", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Deploy")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("colors", ["light", "dark"])
def test_pages_fit_phone_and_desk(
    site: Path, context: BrowserContext, page: Page, width: int, colors: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=colors)
    for name in ("index", "README", "docs/providers", f"{docs_site.APP}/docs/settings"):
        page.goto((site / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") == (colors == "light")


@pytest.mark.parametrize(
    "text",
    [
        "# Page\n\n[gone](gone.md)\n",
        "# Page\n\n[gone](#gone)\n",
        "# Page\n\n![gone](gone.png)\n",
    ],
)
def test_a_warning_is_an_error(tmp_path: Path, text: str, capfd) -> None:
    staged = tmp_path / "staged"
    (staged / "extra").mkdir(parents=True)
    (staged / "conf.py").write_text((docs_site.SETTINGS / "conf.py").read_text())
    (staged / "index.md").write_text("# Whole\n")
    docs_site.sphinx(staged, tmp_path / "site")
    (staged / "index.md").write_text(text)
    with pytest.raises(subprocess.CalledProcessError):
        docs_site.sphinx(staged, tmp_path / "site")
    assert "gone" in capfd.readouterr().err
