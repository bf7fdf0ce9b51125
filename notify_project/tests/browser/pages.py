"""A page in a real browser that takes nothing amiss silently."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.test import Client

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
# Frames that are kept apart have no store.
THEME = "if (window === top) localStorage.setItem('adminTheme', JSON.stringify('{}'))"
# A pale line is no focus: what has it must look different from what has not.
LOOKS_FOCUSED = """() => {
  const node = document.activeElement;
  const look = (node) => {
    const style = getComputedStyle(node);
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow,
            style.borderColor, style.backgroundColor, style.textDecorationLine].join();
  };
  const kin = [node, node.parentElement, node.labels && node.labels[0]].filter(Boolean);
  const focused = kin.map(look);
  node.blur();
  const plain = kin.map(look);
  node.focus({focusVisible: true});
  return focused.some((each, place) => each !== plain[place]);
}"""


@dataclass
class Watched:
    """A page, and what went wrong on it."""

    page: object
    url: str
    wrong: list = field(default_factory=list)

    def listen(self):
        """Note errors of the console, requests that fail, and those that go elsewhere."""
        self.page.on(
            "console",
            lambda said: self.wrong.append(f"console: {said.text}") if said.type == "error" else 0,
        )
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.route("**/*", self._keep_here)

    def _keep_here(self, route):
        address = urlsplit(route.request.url)
        if address.scheme in {"data", "blob", "about"} or route.request.url.startswith(self.url):
            route.continue_()
        else:
            self.wrong.append(f"asked elsewhere: {route.request.url}")
            route.abort()

    def _failed(self, request):
        # What the browser itself gives up as the page is left.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response):
        if response.status >= 500:
            self.wrong.append(f"answered {response.status}: {response.url}")


def session_cookie(user, url):
    """Return the cookie of somebody who has signed in."""
    client = Client()
    client.force_login(user)
    [cookie] = client.cookies.values()
    return {"name": cookie.key, "value": cookie.value, "url": url}


@contextmanager
def opened(browser, url, *, user=None, theme="light", size=None, scripts=True):
    """Give a watched page of somebody who has signed in; it holds if nothing went wrong."""
    context = browser.new_context(
        viewport=size or DESKTOP,
        color_scheme=theme,
        base_url=url,
        java_script_enabled=scripts,
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    context.add_init_script(THEME.format(theme))
    if user is not None:
        context.add_cookies([session_cookie(user, url)])
    try:
        page = context.new_page()
        watched = Watched(page, url)
        watched.listen()
        page.wrong = watched.wrong
        yield page
        assert not watched.wrong, "\n".join(watched.wrong)
    finally:
        context.close()


def cut_off(page):
    """Return how far the page is wider than its window, and texts that run out of it."""
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          const found = [];
          if (document.documentElement.scrollWidth > width)
            found.push(`page: ${document.documentElement.scrollWidth} of ${width}`);
          const scrolls = (node) => {
            for (; node && node !== document.body; node = node.parentElement) {
              const style = getComputedStyle(node);
              if (/(auto|scroll|hidden|clip)/.test(style.overflowX) ||
                  style.position === 'fixed' || style.visibility === 'hidden') return true;
            }
            return false;
          };
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (texts.nextNode()) {
            const node = texts.currentNode.parentElement;
            if (!texts.currentNode.data.trim() || !node.checkVisibility()) continue;
            const range = document.createRange();
            range.selectNodeContents(texts.currentNode);
            const box = range.getBoundingClientRect();
            if (box.width && box.right > width + 1 && !scrolls(node))
              found.push(texts.currentNode.data.trim().slice(0, 60));
          }
          return found;
        }"""
    )


def tab_through(page, most=400):
    """Press Tab until it comes round; return what had the focus, and what did not look like it."""
    # From the top, wherever the page itself put the focus.
    page.evaluate(
        """() => {
          const top = document.createElement('a');
          top.tabIndex = -1;
          document.body.prepend(top);
          top.focus();
          top.remove();
          window.scrollTo(0, 0);
        }"""
    )
    seen, unseen = [], []
    for _ in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => {
              const node = document.activeElement;
              if (!node || node === document.body) return null;
              const again = node.dataset.reached;
              node.dataset.reached = '1';
              // A time has a stop for each of its parts; to look at it begins with the first.
              if (again) return '';
              return node.tagName + ' ' + (node.getAttribute('aria-label') || node.name ||
                node.innerText || node.id || '').trim().slice(0, 50);
            }"""
        )
        if here is None:
            break
        if not here:
            continue
        seen.append(here)
        if not page.evaluate(LOOKS_FOCUSED):
            unseen.append(here)
    return seen, unseen


def never_reached(page):
    """Return what one can click but does not get to by the keyboard."""
    return page.evaluate(
        """() => [...document.querySelectorAll(
            'a[href], button, input, select, textarea, [x-on\\\\:click]')]
          .filter((node) => node.innerText.trim() || !node.matches('div, span'))
          .filter((node) => node.checkVisibility({visibilityProperty: true, opacityProperty: false})
            && node.getClientRects().length && !node.disabled && node.type !== 'hidden'
            && !node.closest('[inert]') && !node.dataset.reached
            && node.getAttribute('aria-hidden') !== 'true'
            && !(node.type === 'radio' && !node.checked))
          .map((node) => node.outerHTML.slice(0, 160))"""
    )
