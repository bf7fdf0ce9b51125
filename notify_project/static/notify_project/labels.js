// The boxes in which one chooses among many have no names of their own: they get their labels'.
(() => {
  const nameBoxes = () => {
    for (const box of document.querySelectorAll(".select2-selection:not([data-named])")) {
      box.dataset.named = "";
      const field = box.closest(".select2-container")?.previousElementSibling;
      const label = field?.labels?.[0]?.innerText.trim() || field?.name;
      if (!label) continue;
      box.setAttribute("aria-label", label);
      box.querySelector("[role=textbox]")?.setAttribute("aria-label", label);
    }
    for (const search of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
      search.setAttribute("aria-label", "Search");
    }
  };
  document.addEventListener("DOMContentLoaded", () => {
    nameBoxes();
    new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
  });
})();
