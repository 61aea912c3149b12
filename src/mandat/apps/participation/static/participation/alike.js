// Shows proposals like the title being typed. Without it, the form's second step shows them.
(() => {
  const form = document.querySelector("form[data-alike]");
  if (!form) return;
  const title = form.querySelector("#id_title"), box = form.querySelector(".alike"), list = box && box.querySelector("ul");
  if (!title || !list) return;
  let waiting = 0, asked = "";
  const ask = async () => {
    const typed = title.value.trim();
    if (typed === asked) return;
    asked = typed;
    if (typed.length < 8) { box.hidden = true; return; }
    try {
      const answer = await fetch(`${form.dataset.alike}?titre=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || title.value.trim() !== typed) return;
      const { found } = await answer.json();
      list.replaceChildren(...found.map((one) => {
        const item = document.createElement("li"), link = document.createElement("a");
        link.href = one.url;
        link.textContent = one.title;
        item.append(link, ` (${one.supports})`);
        return item;
      }));
      box.hidden = found.length === 0;
    } catch { /* the next step shows them */ }
  };
  title.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 400); });
})();
