/* A carnet filled without network.

   The passphrase derives a key (PBKDF2) that is never kept: it seals the package and each entry (AES-256-GCM) in the browser's own storage.
   The file brought back is sealed for the carnet's public key (ECDH P-256, HKDF, AES-256-GCM); each entry is signed with the carnet's
   secret (HMAC-SHA256), so that the server knows it was made for a blank it gave. */
"use strict";
(() => {
  const root = document.getElementById("carnet");
  if (!root) return;
  const { code, package: packageUrl, worker, assets, language } = root.dataset;
  const words = window.CARNET_WORDS[language] || window.CARNET_WORDS.fr;
  const say = (text) => (text ? text[language] || text.fr : "");
  const storage = window.localStorage;
  const ITERATIONS = 600000, SHORTEST = 12, IDLE = 600000;
  const text = new TextEncoder(), read = new TextDecoder();
  let key = null, carnet = null, secret = null, skew = 0, entries = new Map(), idle = 0;

  const $ = (id) => document.getElementById(id);
  const tell = (message, wrong = false) => { const box = $("carnet-says"); box.textContent = message; box.className = wrong ? "alert alert--error" : "alert alert--info"; box.hidden = !message; if (wrong) box.focus(); };
  const b64 = (buffer) => { let made = ""; for (const byte of new Uint8Array(buffer)) made += String.fromCharCode(byte); return btoa(made); };
  const raw = (coded) => Uint8Array.from(atob(coded), (c) => c.charCodeAt(0));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const unhex = (coded) => Uint8Array.from(coded.match(/../g), (pair) => parseInt(pair, 16));
  const name = (what) => `mandat-carnet:${code}:${what}`;

  async function derive(phrase, salt) {
    const base = await crypto.subtle.importKey("raw", text.encode(phrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
    return crypto.subtle.deriveKey({ name: "PBKDF2", salt, iterations: ITERATIONS, hash: "SHA-256" }, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }
  async function seal(what, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const made = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(name(what)) }, key, text.encode(JSON.stringify(value)));
    storage.setItem(name(what), `${b64(iv)}.${b64(made)}`);
  }
  async function open(what) {
    const [iv, made] = storage.getItem(name(what)).split(".");
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: raw(iv), additionalData: text.encode(name(what)) }, key, raw(made));
    return JSON.parse(read.decode(plain));
  }
  async function hmac(message) {
    const made = await crypto.subtle.importKey("raw", unhex(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return crypto.subtle.sign("HMAC", made, text.encode(message));
  }
  async function control(number) {
    const made = new DataView(await hmac(`blank:${number}`));
    return (made.getBigUint64(0) % 100000000n).toString().padStart(8, "0");
  }

  function show(step) {
    for (const one of ["install", "unlock", "collect"]) $(`carnet-${one}`).hidden = one !== step;
  }
  function lock(message) {
    key = carnet = secret = null; entries = new Map();
    $("carnet-form").replaceChildren(); $("carnet-list").replaceChildren();
    show(storage.getItem(name("package")) ? "unlock" : "install");
    if (message) tell(message);
  }
  function stir() { clearTimeout(idle); if (key) idle = setTimeout(() => lock(words.locked), IDLE); }

  async function install(event) {
    event.preventDefault();
    const first = $("phrase-1").value, second = $("phrase-2").value;
    if ([...first].length < SHORTEST) return tell(words.short, true);
    if (first !== second) return tell(words.differ, true);
    let given;
    try {
      const response = await fetch(packageUrl, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": root.querySelector("[name=csrfmiddlewaretoken]").value } });
      given = await response.json();
      if (!response.ok) return tell(given.error || words.noPackage, true);
    } catch { return tell(words.noPackage, true); }
    const salt = crypto.getRandomValues(new Uint8Array(16));
    key = await derive(first, salt);
    try {
      storage.setItem(name("salt"), b64(salt));
      await seal("package", { ...given, skew: Date.parse(given.now) - Date.now() });
    } catch { return tell(words.failed, true); }
    $("phrase-1").value = $("phrase-2").value = "";
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
    await begin();
    tell(words.ready);
  }
  async function unlock(event) {
    event.preventDefault();
    key = await derive($("phrase").value, raw(storage.getItem(name("salt"))));
    $("phrase").value = "";
    try { await begin(); tell(""); } catch { key = null; tell(words.wrong, true); }
  }
  async function begin() {
    const held = await open("package");
    carnet = { ...held.package, digest: held.digest }; secret = held.secret; skew = held.skew;
    entries = new Map();
    for (const section of carnet.sections) for (let n = section.first; n <= section.last; n += 1) {
      if (storage.getItem(name(n))) entries.set(n, await open(n));
    }
    const chooser = $("carnet-section");
    chooser.replaceChildren(...carnet.sections.map((section, rank) => { const option = document.createElement("option"); option.value = rank; option.textContent = say(section.label); return option; }));
    show("collect"); stir(); await draw(); list();
  }

  const section = () => carnet.sections[Number($("carnet-section").value)];
  function next(of) { for (let n = of.first; n <= of.last; n += 1) if (!entries.has(n)) return n; return 0; }

  function field(one) {
    const box = document.createElement("div"), label = document.createElement("label"); box.className = "field";
    const id = `field-${one.name}`; label.htmlFor = id; label.textContent = say(one.label) + (one.required || one.type === "check" ? "" : ` ${words.optional}`);
    let control;
    if (one.type === "choice") {
      control = document.createElement("select");
      for (const [value, said] of [["", null], ...one.choices]) { const option = document.createElement("option"); option.value = value; option.textContent = said ? say(said) : words.choose; control.append(option); }
    } else if (one.type === "long") { control = document.createElement("textarea"); control.rows = 4; control.maxLength = one.longest; }
    else { control = document.createElement("input"); control.type = one.type === "check" ? "checkbox" : one.type === "date" ? "date" : "text"; if (one.type === "text") control.maxLength = one.longest; control.autocomplete = "off"; }
    control.id = id; control.name = one.name;
    if (one.type === "check") { label.prepend(control); box.append(label); } else box.append(label, control);
    if (one.help) { const help = document.createElement("p"); help.className = "help"; help.id = `${id}-help`; help.textContent = say(one.help); control.setAttribute("aria-describedby", help.id); box.append(help); }
    return box;
  }
  async function draw() {
    const of = section(), number = next(of), left = [...Array(of.last - of.first + 1).keys()].filter((rank) => !entries.has(of.first + rank)).length;
    $("carnet-help").textContent = say(of.help);
    $("carnet-number").textContent = number ? `${words.blank} ${number} · ${words.control} ${await control(number)} · ${left} ${words.left}` : words.full;
    $("carnet-form").replaceChildren(...(number ? of.fields.map(field) : []));
    $("carnet-save").disabled = !number;
  }
  async function save(event) {
    event.preventDefault(); stir();
    const of = section(), number = next(of), data = {};
    if (!number) return;
    for (const one of of.fields) {
      const control = $(`field-${one.name}`), value = one.type === "check" ? control.checked : control.value.trim();
      if (one.required && one.type !== "check" && !value) { tell(`${words.required} ${say(one.label)}`, true); control.focus(); return; }
      data[one.name] = value;
    }
    try { await keep(number, of, data, false); } catch { return tell(words.failed, true); }
    await draw(); list(); tell(`${words.blank} ${number} : ${words.saved}`);
    const first = $("carnet-form").querySelector("input, select, textarea"); if (first) first.focus();
  }
  async function keep(number, of, data, gone) {
    const entry = { n: number, s: of.code, at: new Date(Date.now() + skew).toISOString(), data, void: gone, nonce: hex(crypto.getRandomValues(new Uint8Array(16))) };
    await seal(number, entry); entries.set(number, entry);
  }
  function list() {
    const filled = [...entries.values()].sort((a, b) => a.n - b.n), live = filled.filter((one) => !one.void).length;
    $("carnet-count").textContent = live ? `${live} ${live > 1 ? words.many : words.one}` : words.none;
    $("carnet-export").disabled = !filled.length;
    $("carnet-list").replaceChildren(...filled.map((one) => {
      const row = document.createElement("li"), said = document.createElement("span"), of = carnet.sections.find((s) => s.first <= one.n && one.n <= s.last);
      const first = of.fields.find((f) => one.data[f.name] && f.type === "text");
      said.textContent = `${one.n} · ${one.void ? words.voided : first ? one.data[first.name] : say(of.label)}`; row.append(said);
      if (!one.void) { const button = document.createElement("button"); button.type = "button"; button.className = "link-button"; button.textContent = words.void; button.setAttribute("aria-label", `${words.void} ${one.n}`); button.addEventListener("click", async () => { if (window.confirm(words.sure)) { await keep(one.n, of, {}, true); list(); await draw(); } }); row.append(" ", button); }
      return row;
    }));
  }
  async function exported() {
    stir();
    const rows = [];
    for (const one of [...entries.values()].sort((a, b) => a.n - b.n)) { const body = JSON.stringify(one); rows.push({ body, tag: hex(await hmac(body)) }); }
    const plain = text.encode(JSON.stringify({ carnet: code, exported_at: new Date().toISOString(), entries: rows }));
    const once = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    const theirs = await crypto.subtle.importKey("raw", raw(carnet.public), { name: "ECDH", namedCurve: "P-256" }, false, []);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, once.privateKey, 256);
    const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const cipher = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: text.encode(code), info: text.encode("mandat carnet 1") }, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(`${code}|${carnet.digest}`) }, cipher, plain);
    const made = JSON.stringify({ format: carnet.format, carnet: code, digest: carnet.digest, key: b64(await crypto.subtle.exportKey("raw", once.publicKey)), iv: b64(iv), sealed: b64(sealed) });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([made], { type: "application/json" })); link.download = `carnet-${code}.json`;
    document.body.append(link); link.click(); link.remove(); setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    tell(words.exported);
  }
  function wipe() {
    if (!window.confirm(words.wipe)) return;
    for (const one of Object.keys(storage)) if (one.startsWith(name(""))) storage.removeItem(one);
    lock(words.wiped);
  }

  async function keepPage() {
    if (!("serviceWorker" in navigator)) return;
    navigator.serviceWorker.addEventListener("message", (event) => { const said = event.data || {}; $("carnet-offline").textContent = said.kept === said.wanted ? words.kept : words.notKept; });
    try {
      await navigator.serviceWorker.register(worker, { scope: root.dataset.scope });
      const ready = await navigator.serviceWorker.ready;
      if (navigator.onLine) ready.active.postMessage({ keep: [location.pathname, ...assets.split(" ")] });
    } catch { $("carnet-offline").textContent = words.notKept; }
  }

  if (!window.isSecureContext || !crypto.subtle) { tell(words.unsafe, true); return; }
  $("carnet-install-form").addEventListener("submit", install);
  $("carnet-unlock-form").addEventListener("submit", unlock);
  $("carnet-entry").addEventListener("submit", save);
  $("carnet-section").addEventListener("change", () => { stir(); draw(); });
  $("carnet-export").addEventListener("click", exported);
  $("carnet-lock").addEventListener("click", () => lock(words.lock));
  $("carnet-wipe").addEventListener("click", wipe);
  document.addEventListener("keydown", stir);
  lock(); keepPage();
})();
