"use strict";
// The key "/" leads to the page that finds anything, from wherever nothing is being typed and
// nothing else listens to it: the search box of a list does.
document.addEventListener("keydown", (event) => {
  const target = event.target;
  const isTyping = target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey || document.getElementById("searchbar")) {
    return;
  }
  event.preventDefault();
  const box = document.getElementById("find-term");
  if (box) {
    box.focus();
  } else {
    window.location.assign("/admin/find/");
  }
});
