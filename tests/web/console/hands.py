"""The hands with which somebody works the console: fingers on a phone, or a keyboard and nothing else.

A test that is written for a hand says what is done; how it is done is the hand's.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from playwright.async_api import FilePayload, Locator, Page, expect

MOST_TABS = 40
# Where the target lies from what has the focus: 0 it is there, 1 further on, -1 further back.
_WAY = """target => {
    const now = document.activeElement;
    if (now === target) return 0;
    return now.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING ? -1 : 1;
}"""
_FOCUS = """() => {
    const now = document.activeElement;
    const name = now.getAttribute('aria-label') ?? now.innerText?.trim().split('\\n')[0] ?? '';
    return {isLost: now === document.body, page: performance.timeOrigin, what: `<${now.localName}> ${name}`};
}"""


class Hand(ABC):
    """Somebody at a page, who finds what to work by its role and its name."""

    options: ClassVar[dict[str, Any]]
    """What its browser is like, in the words of Playwright."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @abstractmethod
    async def press(self, control: Locator) -> None:
        """Press a button, follow a link, set a radio button."""

    @abstractmethod
    async def write(self, field: Locator, text: str) -> None:
        """Write into an empty field."""

    @abstractmethod
    async def go_to(self, place: str) -> None:
        """Go to a place of the console from any other."""

    @abstractmethod
    async def choose_from(self, menu: Locator, choice: str) -> None:
        """Choose one thing of a menu."""

    @abstractmethod
    async def select(self, field: Locator, option: str) -> None:
        """Choose an option of a field."""

    async def choose_file(self, control: Locator, file: FilePayload) -> None:
        """Choose a file where this control asks for one."""
        async with self.page.expect_file_chooser() as asking:
            await self.press(control)
        await (await asking.value).set_files([file])


class Fingers(Hand):
    """Taps on a phone, whose own keyboard writes."""

    options: ClassVar[dict[str, Any]] = {
        "viewport": {"width": 390, "height": 800},
        "has_touch": True,
        "is_mobile": True,
    }

    async def press(self, control: Locator) -> None:
        await control.tap()

    async def write(self, field: Locator, text: str) -> None:
        await field.tap()
        await expect(field).to_be_focused()
        await self.page.keyboard.insert_text(text)

    async def select(self, field: Locator, option: str) -> None:
        # The list of options is the system's, and out of a test's reach.
        await field.select_option(option)

    async def go_to(self, place: str) -> None:
        bar = self.page.get_by_role("navigation", name="Places")
        if await bar.get_by_role("link", name=place, exact=True).count() == 0:
            await self.press(bar.get_by_role("link", name="More"))
            await self.press(self.page.get_by_role("main").get_by_role("link", name=place, exact=True))
        else:
            await self.press(bar.get_by_role("link", name=place, exact=True))

    async def choose_from(self, menu: Locator, choice: str) -> None:
        await self.press(menu)
        await self.press(self.page.get_by_role("menu").get_by_text(choice, exact=True))


class Keyboard(Hand):
    """Tab, Enter, the arrows and the console's own keys: no pointer, and no focus but what keys give."""

    options: ClassVar[dict[str, Any]] = {"viewport": {"width": 1280, "height": 860}}
    _keys: ClassVar[dict[str, str]] = {"Today": "t", "Board": "b", "List": "l", "Calendar": "c", "Practice": "p"}

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page_opened_at = 0.0

    async def press(self, control: Locator) -> None:
        await self.reach(control)
        is_radio = await control.evaluate("element => element.type === 'radio'")
        await self.page.keyboard.press("Space" if is_radio else "Enter")

    async def write(self, field: Locator, text: str) -> None:
        await self.reach(field)
        await self.page.keyboard.type(text)

    async def select(self, field: Locator, option: str) -> None:
        await self.reach(field)
        await self.page.keyboard.type(option)

    async def go_to(self, place: str) -> None:
        if place in self._keys:
            await self.page.keyboard.type(f"g{self._keys[place]}")
        else:
            await self.choose_from(self.page.get_by_role("button", name="Account"), place)

    async def choose_from(self, menu: Locator, choice: str) -> None:
        await self.press(menu)
        items = self.page.get_by_role("menu").locator("button")
        for _ in range(await items.count()):
            if (await items.and_(self.page.locator(":focus")).inner_text()) == choice:
                break
            await self.page.keyboard.press("ArrowDown")
        await expect(items.get_by_text(choice, exact=True)).to_be_focused()
        await self.page.keyboard.press("Enter")

    async def reach(self, control: Locator) -> None:
        """Tab to a control, forwards or backwards, as somebody does who sees where it is.

        Raises AssertionError where it is out of reach, or the focus gets lost on the way.
        """
        await expect(control).to_be_visible()
        name = await control.evaluate("element => element.outerHTML.slice(0, 120)")
        passed = [await self._focused(name)]
        while way := await control.evaluate(_WAY):
            assert len(passed) <= MOST_TABS, f"{MOST_TABS} times Tab do not reach {name}, but pass {passed}"
            await self.page.keyboard.press("Tab" if way > 0 else "Shift+Tab")
            passed.append(await self._focused(name))

    async def _focused(self, name: str) -> str:
        """Return what has the focus. At first a page has it itself; after that it must not fall back to it."""
        focus = await self.page.evaluate(_FOCUS)
        is_new = focus["page"] != self._page_opened_at
        self._page_opened_at = focus["page"]
        assert is_new or not focus["isLost"], f"the focus fell to the body on the way to {name}"
        return str(focus["what"])
