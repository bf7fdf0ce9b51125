"use strict";
// What the theme lets one click without being a link or a button: Tab reaches it, Enter and the
// space bar press it, and Escape closes what it has opened.
(() => {
  const NAMES = { dock_to_right: "Menu", close: "Close the menu", more_vert: "More", unfold_more: "Account" };
  const ICON = ".material-symbols-outlined";

  const nameOf = (node) => {
    if (node.matches(ICON)) return NAMES[node.textContent.trim()] || node.textContent.trim();
    const copy = node.cloneNode(true);
    const icon = copy.querySelector(ICON)?.textContent.trim();
    copy.querySelectorAll(ICON).forEach((each) => each.remove());
    return copy.textContent.replace(/\s+/g, " ").trim() || NAMES[icon] || icon;
  };
  const openedBy = (node) => {
    const [before, after] = [node.previousElementSibling, node.nextElementSibling];
    return after?.matches("ol, ul") ? after : before?.matches("nav") ? before : null;
  };
  const tellState = (node) => {
    const opened = openedBy(node);
    if (opened) node.setAttribute("aria-expanded", String(opened.checkVisibility()));
  };
  const filters = () => document.getElementById("changelist-filter");
  const isFilterButton = (node) => (node.getAttribute("x-on:click") || "").startsWith("filterOpen = true");

  const press = (node) => {
    node.click();
    setTimeout(() => {
      tellState(node);
      if (isFilterButton(node)) filters()?.querySelector("a[href], button, input:not([type=hidden]), select")?.focus();
    }, 50);
  };
  const reach = () => {
    for (const node of document.querySelectorAll("[x-on\\:click]:not([data-by-key])")) {
      node.dataset.byKey = "";
      const name = nameOf(node);
      const isReached = node.matches("a[href], button, input, select, textarea, label, [tabindex]");
      if (!name || isReached || node.querySelector("a[href], button, input")) continue;
      node.setAttribute("role", "button");
      node.setAttribute("aria-label", name);
      node.tabIndex = 0;
      tellState(node);
      node.addEventListener("click", () => setTimeout(() => tellState(node), 50));
      node.addEventListener("keydown", (event) => {
        if (event.target !== node || (event.key !== "Enter" && event.key !== " ")) return;
        event.preventDefault();
        press(node);
      });
    }
  };
  const close = (event) => {
    if (event.key !== "Escape") return;
    const menu = [...document.querySelectorAll("[data-by-key][aria-expanded]")].find((node) => {
      const opened = openedBy(node);
      return opened?.matches("nav") && opened.checkVisibility();
    });
    const panel = filters();
    if (menu) {
      press(menu);
      menu.focus();
    } else if (panel?.contains(document.activeElement)) {
      [...document.querySelectorAll("[data-by-key]")].find(isFilterButton)?.focus();
    }
    const side = [...document.querySelectorAll("[data-by-key]")].find(
      (node) => node.checkVisibility() && node.getAttribute("aria-label") === NAMES.close,
    );
    if (side) press(side);
  };
  document.addEventListener("DOMContentLoaded", () => {
    reach();
    new MutationObserver(reach).observe(document.body, { childList: true, subtree: true });
    // Before the theme hides what has the focus.
    window.addEventListener("keydown", close, true);
  });
})();
