"""What the tests of pages in a browser look for is found where it is."""

from notify_project.tests.browser.pages import (
    PHONE,
    Watched,
    cut_off,
    never_reached,
    tab_through,
)

BAD = """
<title>Bad</title>
<div style="width: 900px">wide</div><p style="white-space: nowrap">{long}</p>
<style>#plain:focus {{ outline: none }}</style>
<button id="plain">plain</button> <button id="good">good</button>
<button tabindex="-1">left out</button>
"""


def test_faults_of_a_page_are_found(browser):
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.set_content(BAD.format(long="a line that is never broken " * 4))

    cut = cut_off(page)
    seen, unseen = tab_through(page)
    missed = never_reached(page)
    context.close()

    assert len(cut) == 2
    assert (seen, unseen) == (["BUTTON plain", "BUTTON good"], ["BUTTON plain"])
    assert len(missed) == 1
    assert "left out" in missed[0]


def test_errors_and_requests_to_others_are_noticed(browser):
    context = browser.new_context()
    watched = Watched(context.new_page(), "http://127.0.0.1:1")
    watched.listen()

    watched.page.set_content(
        "<script>console.error('oops'); later()</script><img src='https://example.org/x.png'>"
    )
    context.close()

    assert {line.partition(":")[0] for line in watched.wrong} >= {
        "console",
        "script",
        "asked elsewhere",
    }
