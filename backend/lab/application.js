// A small single-page application with a login. What it does differently from
// the plainest one stands in settings; see odd_script.go.
"use strict";

let memory = null;

const held = () => (settings.keep === "storage" ? localStorage.getItem("token") : memory);
const hold = (token) => {
  if (settings.keep === "storage") localStorage.setItem("token", token);
  if (settings.keep === "memory") memory = token;
};
const headers = () => ({ "Content-Type": "application/json", ...(held() ? { Authorization: "Bearer " + held() } : {}) });

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function paint(...children) {
  document.getElementById("app").replaceChildren(...children);
}

async function hashed(password) {
  const { nonce } = await (await fetch("/api/nonce")).json();
  const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(nonce + password));
  return { nonce, password: [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join("") };
}

function fields() {
  const login = element("input", { type: "text", placeholder: "Логин", autocomplete: "username" });
  const password = element("input", { type: "password", placeholder: "Пароль", autocomplete: "current-password" });
  const said = element("div", { class: "said" });
  const submit = async () => {
    said.textContent = settings.slow ? "Проверяем…" : "";
    const order = { login: login.value, password: password.value };
    if (settings.hash) Object.assign(order, await hashed(password.value));
    const reply = await fetch("/api/login", { method: "POST", headers: headers(), body: JSON.stringify(order) });
    const answer = await reply.json().catch(() => ({}));
    if (reply.ok && answer.success) {
      if (answer.step === "otp") return paintCode();
      hold(answer.token);
      if (inFrame) return parent.location.reload();
      location.hash = "#/orders";
      return start();
    }
    said.textContent = "";
    if (reply.status === 429) said.textContent = "Слишком много попыток, подождите";
    else if (reply.status === 403) said.textContent = "Что-то пошло не так";
    else if (settings.error === "mark") {
      password.setAttribute("aria-invalid", "true");
      password.style.borderColor = "red";
    } else if (settings.error !== "none") {
      said.setAttribute("role", "alert");
      said.textContent = answer.message ?? "Неверный логин или пароль";
    }
  };
  return { login, password, said, submit };
}

function paintCode() {
  paint(element("h1", {}, "Подтвердите вход"), element("p", {}, "Введите код из SMS, отправленный на +7 *** ***-12-34"),
    element("input", { type: "text", inputmode: "numeric", autocomplete: "one-time-code", maxlength: "6" }), element("button", {}, "Подтвердить"));
}

function loginForm() {
  const { login, password, said, submit } = fields();
  const send = (event) => { event.preventDefault(); submit(); };
  if (settings.form === "loose") {
    return element("div", {}, element("h1", {}, "Вход"), login, password, element("div", { class: "btn", tabindex: "0", onclick: send }, "Войти"), said);
  }
  if (settings.form === "steps") {
    const form = element("form", {}, element("h1", {}, "Вход"), login, element("button", {}, "Далее"), said);
    let second = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (second) return submit();
      second = true;
      form.replaceChildren(element("h1", {}, login.value), password, element("button", {}, "Войти"), said);
    });
    return form;
  }
  return element("form", { onsubmit: send }, element("h1", {}, "Вход"), login, password, element("button", { type: "submit" }, "Войти"), said);
}

function paintLogin() {
  if (settings.form === "frame" && !inFrame) {
    return paint(element("h1", {}, "Учёт"), element("iframe", { src: "/frame", width: "400", height: "300" }));
  }
  if (settings.form === "dialog") {
    const dialog = element("dialog", {}, loginForm());
    return paint(element("h1", {}, "Пекарня «Колос»"), element("p", {}, "Учёт муки и хлеба."),
      element("button", { type: "button", onclick: () => dialog.showModal() }, "Войти"), dialog);
  }
  paint(loginForm());
}

async function start() {
  if (settings.guest && !held()) hold((await (await fetch("/api/guest", { method: "POST" })).json()).token);
  const reply = await fetch("/api/orders", { headers: headers() });
  if (!reply.ok) return paintLogin();
  const { user, orders } = await reply.json();
  const leave = async () => {
    await fetch("/api/logout", { method: "POST", headers: headers() });
    localStorage.clear();
    memory = null;
    start();
  };
  paint(element("h1", {}, "Заказы"), element("p", {}, user), element("button", { type: "button", onclick: leave }, "Выйти"),
    element("ul", {}, ...orders.map((order) => element("li", {}, order))));
}

start();
