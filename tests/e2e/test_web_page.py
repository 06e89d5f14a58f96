"""Pages from a static server of their own, as a reader would open them: the example and those of the docs."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.servers import capserver, static

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "web_page"
SKY, PINK, GOLD = "rgb(135, 206, 235)", "rgb(255, 192, 203)", "rgb(255, 215, 0)"


def tell(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.get_by_role("button").click()


def test_a_page_that_is_not_let_in_says_how_to_and_works_once_that_is_done(browser: Browser) -> None:
    page = browser.new_page()
    with static(FOLDER) as site:
        with capserver() as address:
            page.goto(f"{site}/?server={address}")
            fix = f"capserver serve --origin {site}"
            expect(page.get_by_role("status")).to_contain_text(fix)
        with capserver("--origin", site, port=urlsplit(address).port or 0):
            expect(page.get_by_role("status")).to_have_text("open", timeout=30_000)
            tell(page, "make it skyblue")
            expect(page.locator("body")).to_have_css("background-color", SKY)
            tell(page, "变成pink")
            expect(page.locator("body")).to_have_css("background-color", PINK)
            expect(page.get_by_role("status")).to_have_text("completed: 1 done")
    page.close()


def test_a_page_without_its_server_says_so(browser: Browser) -> None:
    page = browser.new_page()
    with static(FOLDER) as site:
        page.goto(f"{site}/?server=http://127.0.0.1:1")
        expect(page.get_by_role("status")).to_have_text(
            "Nothing answers at http://127.0.0.1:1. Start it with: capserver serve"
        )
    page.close()


@pytest.mark.parametrize("document", ["README.md", "docs/tutorial.md"])
def test_a_page_of_the_docs_works_as_it_stands(browser: Browser, document: str, tmp_path: Path) -> None:
    text = (ROOT / "clients" / "js" / document).read_text()
    (source,) = re.findall(r"```html\n(.*?)```", text, re.DOTALL)
    page = browser.new_page()
    with static(tmp_path) as site, capserver("--origin", site) as address:
        (tmp_path / "index.html").write_text(source.replace("http://127.0.0.1:8787", address))
        page.goto(site)
        expect(page.get_by_role("status")).to_have_text("open")
        tell(page, "开灯")
        expect(page.get_by_role("status")).to_have_text("1 done")
        assert page.locator("body.lit").count() or page.get_by_role("heading").text_content() == "💡"
    page.close()


def test_the_page_of_the_readme_works_as_it_stands(browser: Browser, tmp_path: Path) -> None:
    (source,) = re.findall(r"```html\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    page = browser.new_page()
    with static(tmp_path) as site, capserver("--origin", site) as address:
        (tmp_path / "index.html").write_text(source.replace("http://127.0.0.1:8787", address))
        page.goto(site)
        expect(page.locator("body")).to_have_css("background-color", GOLD)
    page.close()


def test_a_worker_is_a_client_too(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    with static(tmp_path) as site, capserver("--origin", site) as address:
        (tmp_path / "index.html").write_text("<script type=module src=page.js></script><output></output>")
        (tmp_path / "page.js").write_text(
            'const worker = new Worker("worker.js", { type: "module" });'
            'worker.onmessage = ({ data }) => { document.querySelector("output").textContent = data; };'
        )
        (tmp_path / "worker.js").write_text(
            f'import {{ createClient }} from "{address}/sdk.js";'
            f'const commands = {{ wave: {{ description: "Wave. 挥手", run: () => postMessage("waved") }} }};'
            f'createClient({{ url: "{address}", client: "worker", commands }}).instruct("挥手");'
        )
        page.goto(site)
        expect(page.get_by_role("status")).to_have_text("waved")
    page.close()


def test_the_tutorial_quotes_what_a_page_says_that_is_not_let_in(browser: Browser, tmp_path: Path) -> None:
    text = (ROOT / "clients" / "js" / "docs" / "tutorial.md").read_text()
    (source,) = re.findall(r"```html\n(.*?)```", text, re.DOTALL)
    (quoted,) = re.findall(r"^> (.*)$", text, re.MULTILINE)
    page = browser.new_page()
    with static(tmp_path) as site, capserver() as address:
        (tmp_path / "index.html").write_text(source.replace("http://127.0.0.1:8787", address))
        page.goto(site)
        expect(page.get_by_role("status")).to_have_text(quoted.replace("http://localhost:5500", site))
    page.close()
