// Renews the preview beside a template's form while somebody writes.
(() => {
  "use strict";
  const PAUSE = 300;
  // Pages of a letter take a second to make.
  const PAUSE_FOR_PAGES = 1000;

  const start = () => {
    const panel = document.getElementById("live-preview");
    const form = document.getElementById("template_form");
    if (!panel || !form) return;
    const result = panel.querySelector("[data-live-result]");
    const values = panel.querySelector("[data-live-values]");
    const pages = panel.querySelector("[data-live-pages]");
    const state = panel.querySelector("[data-live-state]");
    const picture = pages.querySelector("img");
    let asked = null;
    let askedForPages = null;
    let timer = null;
    let timerForPages = null;

    const written = () => {
      const data = new FormData(form);
      data.set("script", "1");
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      return data;
    };
    const post = (url, aborter) =>
      fetch(url, { method: "POST", body: written(), signal: aborter.signal, credentials: "same-origin" });
    const say = (text) => {
      const line = document.createElement("p");
      line.className = "look-note";
      line.textContent = text;
      result.replaceChildren(line);
    };
    const isReady = () => {
      const data = new FormData(form);
      return Boolean(data.get("live_template") || (data.get("service") && data.get("template_type")));
    };
    const isLetter = () =>
      panel.dataset.pages === "yes" || new FormData(form).get("template_type") === "letter";

    const showValues = (names) => {
      const shown = [...values.querySelectorAll("input")];
      const before = shown.map((input) => input.name.slice("value:".length));
      if (JSON.stringify(before) === JSON.stringify(names)) return;
      const kept = new Map(shown.map((input) => [input.name, input.parentElement]));
      const labels = names.map((name) => {
        const label = kept.get(`value:${name}`) || document.createElement("label");
        if (!label.firstChild) {
          const input = document.createElement("input");
          input.name = `value:${name}`;
          input.setAttribute("form", form.id);
          input.autocomplete = "off";
          label.append(name, input);
        }
        return label;
      });
      values.replaceChildren(values.querySelector("legend"), ...labels);
      values.hidden = names.length === 0;
    };

    const renew = async () => {
      if (asked) asked.abort();
      if (!isReady()) {
        say("Choose a service and a type to see a preview.");
        return;
      }
      const mine = (asked = new AbortController());
      try {
        const answer = await post(panel.dataset.url, mine);
        if (!answer.ok) throw new Error(String(answer.status));
        const { html, names } = await answer.json();
        result.innerHTML = html;
        showValues(names);
      } catch (error) {
        if (error.name !== "AbortError") say("There is no preview just now. Nothing you wrote is lost.");
      }
    };

    const renewPages = async () => {
      if (askedForPages) askedForPages.abort();
      pages.hidden = !isLetter() || !isReady();
      if (pages.hidden) return;
      const mine = (askedForPages = new AbortController());
      state.textContent = "Making the pages …";
      try {
        const answer = await post(`${panel.dataset.url}pages/`, mine);
        if (!answer.ok) {
          const isSaid = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
          state.textContent = isSaid ? await answer.text() : "The pages cannot be made just now.";
          return;
        }
        const before = picture.src;
        picture.src = URL.createObjectURL(await answer.blob());
        picture.hidden = false;
        if (before.startsWith("blob:")) URL.revokeObjectURL(before);
        state.textContent = "The pages as they would be printed.";
      } catch (error) {
        if (error.name !== "AbortError") state.textContent = "The pages cannot be made just now.";
      }
    };

    const later = () => {
      clearTimeout(timer);
      clearTimeout(timerForPages);
      timer = setTimeout(renew, PAUSE);
      if (askedForPages) askedForPages.abort();
      timerForPages = setTimeout(renewPages, PAUSE_FOR_PAGES);
    };

    panel.querySelector("[data-live-button]").hidden = true;
    values.hidden = !values.querySelector("input");
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    values.addEventListener("input", later);
    later();
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
