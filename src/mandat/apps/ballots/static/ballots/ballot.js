// Shows what is left while one chooses. Without this script the button "Add up" asks the server, which counts in any case.
(() => {
  "use strict";
  const form = document.querySelector("form[data-ballot]");
  const box = document.getElementById("left");
  const value = document.getElementById("left-value");
  if (!form || !box || !value) return;
  const knapsack = form.dataset.ballot === "knapsack";
  const cents = (text) => Math.round(Number(text) * 100);
  const whole = (text) => (/^\d+$/.test(text.trim()) ? Number(text) : 0);
  const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "EUR", maximumFractionDigits: 2, minimumFractionDigits: 0 });
  const update = () => {
    let left;
    if (knapsack) {
      left = cents(form.dataset.budget);
      for (const one of form.querySelectorAll("input[data-cost]:checked")) left -= cents(one.dataset.cost);
      value.textContent = money.format(left / 100);
    } else {
      left = Number(form.dataset.points);
      for (const one of form.querySelectorAll("input[data-points]")) left -= whole(one.value);
      value.textContent = String(left);
    }
    box.classList.toggle("left--over", left < 0);
  };
  document.getElementById("sum").hidden = true;
  form.addEventListener("input", update);
  update();
})();
