"""Tools that a page has registered with WebMCP, in a browser that has it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.conftest import CHROMIUM
from tests.e2e.servers import capserver, static

PAGE = """<!doctype html>
<title>A shop</title>
<link rel="icon" href="data:,">
<ul></ul>
<script type="module">
  const { createClient, fromModelContext } = await import(`${location.hash.slice(1)}/sdk.js`);
  const cart = document.querySelector("ul");
  const item = { type: "object", properties: { item: { enum: ["milk", "bread"] } }, required: ["item"] };
  const context = document.modelContext;
  const adding = new AbortController();
  const add = ({ item }) => {
    cart.append(Object.assign(document.createElement("li"), { textContent: item }));
    return { content: [{ type: "text", text: `${item} is in the cart` }] };
  };
  const adds = { name: "cart.add", description: "Add to the cart.", inputSchema: item, execute: add };
  await context.registerTool(adds, { signal: adding.signal });
  await context.registerTool({
    name: "fail", description: "Fail.", execute: () => { throw new Error("sold out"); },
  });
  const tools = await fromModelContext();
  const client = createClient({ url: location.hash.slice(1), client: "shop", commands: tools.commands });
  tools.follow(client);
  window.shop = {
    client, tools, results: [],
    again: () => { adding.abort(); return context.registerTool(adds); },
    more: () => context.registerTool({
      name: "empty", description: "Empty the cart.",
      execute: () => { cart.replaceChildren(); return "gone"; },
    }),
  };
  client.on("result", ({ ok, value, error }) => window.shop.results.push(ok ? value : error.code));
</script>
"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, str]]:
    """The browser, and where the shop is."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "index.html").write_text(PAGE)
    flags = ["--no-sandbox", "--enable-features=WebMCP"]
    with sync_playwright() as playwright, static(folder) as site, capserver("--origin", site) as address:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser, f"{site}/#{address}"
        browser.close()


@pytest.fixture
def shop(opened: tuple[Browser, str]) -> Iterator[Page]:
    browser, address = opened
    page = browser.new_page()
    page.goto(address)
    page.wait_for_function("window.shop?.client.status.state === 'open'")
    yield page
    page.close()


def tell(page: Page, text: str) -> object:
    return page.evaluate("async (text) => (await shop.client.instruct(text)).status", text)


def test_its_tools_are_commands_and_what_they_give_is_read(shop: Page) -> None:
    assert shop.evaluate("shop.tools.renamed") == {"cart_add": "cart.add"}
    assert tell(shop, "cart_add milk") == "completed"
    expect(shop.locator("li")).to_have_text(["milk"])
    assert shop.evaluate("shop.results") == ["milk is in the cart"]


def test_a_tool_that_throws_is_a_command_that_failed(shop: Page) -> None:
    tell(shop, "fail")
    assert shop.evaluate("shop.results") == ["failed"]


def test_tools_that_come_and_go_are_followed(shop: Page) -> None:
    shop.evaluate("shop.more()")
    shop.wait_for_function("shop.client.commands.names.includes('empty')")
    assert tell(shop, "cart_add bread and then empty") == "completed"
    expect(shop.locator("li")).to_have_count(0)
    assert shop.evaluate("shop.results") == ["bread is in the cart", "gone"]


def test_a_tool_that_was_registered_anew_is_still_performed(shop: Page) -> None:
    shop.evaluate("shop.again()")
    shop.wait_for_function("shop.client.commands.names.includes('cart_add')")
    assert tell(shop, "cart_add milk") == "completed"
    assert shop.evaluate("shop.results") == ["milk is in the cart"]
