// Runs in a world of its own in every document: pages neither see it nor reach it.
(() => {
  if (globalThis.opora) return;

  let changed = performance.now();
  new MutationObserver(() => (changed = performance.now())).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ["class", "hidden", "open", "disabled", "aria-invalid", "aria-hidden"],
  });

  const unread = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "LINK", "META", "HEAD", "TITLE", "BASE", "OBJECT", "EMBED", "VIDEO", "AUDIO", "CANVAS"]);
  const kept = new Set(["A", "BUTTON", "FORM", "INPUT", "SELECT", "OPTION", "TEXTAREA", "LABEL", "IMG"]);
  const attributes = ["id", "name", "type", "placeholder", "title", "alt", "role", "class", "for", "method", "autocomplete", "aria-label",
    "aria-invalid", "aria-live", "disabled", "checked", "selected", "data-sitekey", "data-size", "enctype", "readonly", "inputmode", "maxlength"];
  const typed = new Set(["text", "email", "tel", "url", "search", "number", "password", ""]);
  const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const native = (kind, name) => Object.getOwnPropertyDescriptor(kind.prototype, name);
  const actionOf = native(HTMLFormElement, "action").get;

  let marks = [];
  let parts, size, most;

  function put(text) {
    size += text.length;
    if (size > most) throw new RangeError("long");
    parts.push(text);
  }

  function shown(el, style) {
    if (style.display === "contents") return true;
    return el.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  }

  // What can be typed into must have room on the page: traps for robots lie outside of it.
  function roomy(el) {
    const r = el.getBoundingClientRect();
    const view = el.ownerDocument.defaultView;
    return r.width > 2 && r.height > 2 && r.right + view.scrollX > 0 && r.bottom + view.scrollY > 0;
  }

  function pressable(el, style, parent) {
    const role = el.getAttribute("role");
    if (role === "button" || role === "link" || role === "tab" || role === "menuitem" || el.hasAttribute("onclick")) return true;
    const brief = el.textContent.trim().length < 40;
    return brief && (style.cursor === "pointer" && parent !== "pointer" || el.hasAttribute("tabindex") && el.tabIndex >= 0);
  }

  function children(node, cursor) {
    if (node.nodeName === "SLOT") {
      const given = node.assignedNodes({ flatten: true });
      for (const n of given.length ? given : node.childNodes) visit(n, cursor);
      return;
    }
    for (const n of (node.shadowRoot ?? node).childNodes) visit(n, cursor);
  }

  function visit(node, cursor) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.data.trim()) put(escaped(node.data));
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || unread.has(node.nodeName) || node instanceof SVGElement) return;
    const el = node;
    const style = el.ownerDocument.defaultView.getComputedStyle(el);
    if (el.nodeName !== "OPTION" && !shown(el, style)) return;
    if (el.nodeName === "IFRAME" || el.nodeName === "FRAME") return frame(el);
    if (el.nodeName === "FRAMESET") return children(el, cursor);

    const plain = style.display === "inline" ? "span" : "div";
    const name = kept.has(el.nodeName) ? el.nodeName.toLowerCase() : plain;
    put(`<${name}`);
    for (const a of attributes) {
      const value = a === "type" && el.nodeName === "INPUT" ? el.type : el.getAttribute(a);
      if (value !== null) put(` ${a}="${escaped(value.slice(0, 300))}"`);
    }
    const field = name === "input" || name === "textarea" || name === "select";
    if (field) {
      const secret = el.type === "password" || style.webkitTextSecurity !== "none";
      if (!secret) put(` value="${escaped(String(el.value).slice(0, 300))}"`);
      if (name === "input" && typed.has(el.type) && !roomy(el)) put(" hidden");
      if (el.validity && !el.validity.valid && el.matches(":user-invalid")) put(` data-invalid="1"`);
      if (secret && el.type !== "password") put(` data-masked="1"`);
      const label = el.labels?.[0]?.innerText;
      if (label && !el.hasAttribute("aria-label")) put(` aria-label="${escaped(label.slice(0, 200))}"`);
    }
    if (name === "a" && el.href) put(` href="${escaped(String(el.href).slice(0, 2000))}"`);
    if (name === "form") put(` action="${escaped(String(actionOf.call(el)).slice(0, 2000))}"`);
    if (field || name === "a" || name === "button" || pressable(el, style, cursor)) {
      put(` data-mark="${marks.length}"`);
      marks.push(el);
      if (name === plain) put(` data-press="1"`);
    } else if (name === plain && !el.firstElementChild && /^.{1,25}$/s.test(el.textContent.trim())) {
      put(` data-mark="${marks.length}" data-word="1"`); // scripts may listen to anything
      marks.push(el);
    }
    put(">");
    if (name === "input" || name === "img") return;
    if (name !== "textarea") children(el, style.cursor);
    put(`</${name}>`);
  }

  function frame(el) {
    let inner = null;
    try {
      inner = el.contentDocument;
    } catch {
      inner = null;
    }
    if (inner?.body) {
      put(`<div data-frame="${escaped(String(inner.URL).slice(0, 300))}">`);
      visit(inner.body, "");
      put("</div>");
      return;
    }
    put(`<iframe src="${escaped(String(el.src).slice(0, 300))}" title="${escaped(el.title.slice(0, 100))}"></iframe>`);
  }

  function head() {
    put(`<!doctype html><html><head><title>${escaped(document.title.slice(0, 300))}</title>`);
    const generator = document.querySelector("meta[name=generator]");
    if (generator) put(`<meta name="generator" content="${escaped(generator.content.slice(0, 200))}">`);
    for (const el of [...document.querySelectorAll("script[src],link[href]")].slice(0, 60)) {
      put(`<link data-source="${escaped(String(el.src || el.href).slice(0, 300))}">`);
    }
    put("</head>");
  }

  // A place in the window's own coordinates, through the frames that hold it.
  function place(el) {
    const r = el.getBoundingClientRect();
    let x = r.x + r.width / 2, y = r.y + r.height / 2;
    for (let w = el.ownerDocument.defaultView; w !== window; w = w.parent) {
      const f = w.frameElement.getBoundingClientRect();
      x += f.x + w.frameElement.clientLeft;
      y += f.y + w.frameElement.clientTop;
    }
    return { x, y };
  }

  function hit(el) {
    const r = el.getBoundingClientRect();
    let found = el.getRootNode().elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
    for (; found; found = found.parentNode ?? found.host) if (found === el) return true;
    return false;
  }

  globalThis.opora = {
    state: () => ({ ready: document.readyState, still: Math.round(performance.now() - changed), text: (document.body?.innerText ?? "").trim().length }),
    look(limit) {
      marks = [];
      parts = [];
      size = 0;
      most = limit;
      let cut = false;
      try {
        head();
        if (document.body) visit(document.body, "");
      } catch (e) {
        if (!(e instanceof RangeError)) throw e;
        cut = true;
      }
      return { html: parts.join(""), url: document.URL, cut };
    },
    focus(mark) {
      const el = marks[mark];
      if (!el?.isConnected) return false;
      el.scrollIntoView({ block: "center", behavior: "instant" });
      el.focus();
      el.select?.();
      return el.getRootNode().activeElement === el;
    },
    holds: (mark, text) => marks[mark]?.value === text,
    set(mark, text) {
      const el = marks[mark];
      const kind = el.ownerDocument.defaultView[el.nodeName === "TEXTAREA" ? "HTMLTextAreaElement" : "HTMLInputElement"];
      native(kind, "value").set.call(el, text);
      el.dispatchEvent(new Event("input", { bubbles: true }));
      el.dispatchEvent(new Event("change", { bubbles: true }));
      return el.value === text;
    },
    // Where what is typed into a field would go, as far as the page says.
    action(mark) {
      const el = marks[mark];
      if (!el?.isConnected) return "gone";
      const button = el.form?.querySelector("[formaction]");
      return el.form ? button?.formAction || actionOf.call(el.form) : "";
    },
    target(mark) {
      const el = marks[mark];
      if (!el?.isConnected) return { gone: true };
      el.scrollIntoView({ block: "center", behavior: "instant" });
      return { ...place(el), hit: hit(el), disabled: Boolean(el.disabled) || el.getAttribute("aria-disabled") === "true" };
    },
    click(mark) {
      marks[mark].click();
      return true;
    },
    mask(marked) {
      for (const mark of marked) if (marks[mark]) marks[mark].style.setProperty("-webkit-text-security", "disc", "important");
      return true;
    },
  };
})();
