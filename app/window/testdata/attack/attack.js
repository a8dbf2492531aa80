// What a page could do that somebody else has written. The framework sets the
// window's title for us at the end; a title that never comes means that the
// page was left, and a program that has ended means that a frame reached it:
// "Q" is the framework's message for quit.
const outside = "OUTSIDE";
const call = "<script>webkit.messageHandlers.external.postMessage('Q')</script>";
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const addresses = {
  http: outside + "/page",
  https: "https://example.org/",
  file: "file:///etc/hostname",
  data: "data:text/html," + encodeURIComponent(call),
  blob: URL.createObjectURL(new Blob([call], { type: "text/html" })),
  blank: "about:blank",
  other: "wails://other/",
  below: "wails://wails/other.html",
};

function put(name, attributes) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  document.body.append(element);
  return element;
}

const ways = {
  href: (to) => (location.href = to),
  assign: (to) => location.assign(to),
  replace: (to) => location.replace(to),
  link: (to) => put("a", { href: to }).click(),
  linkBlank: (to) => put("a", { href: to, target: "_blank" }).click(),
  linkTop: (to) => put("a", { href: to, target: "_top" }).click(),
  linkMiddle: (to) => put("a", { href: to }).dispatchEvent(new MouseEvent("click", { button: 1, bubbles: true })),
  open: (to) => window.open(to),
  openSelf: (to) => window.open(to, "_self"),
  frame: (to) => put("iframe", { src: to }),
  object: (to) => put("object", { data: to, type: "text/html" }),
  embed: (to) => put("embed", { src: to, type: "text/html" }),
  get: (to) => put("form", { action: to }).submit(),
  post: (to) => put("form", { action: to, method: "post" }).submit(),
  formBlank: (to) => put("form", { action: to, target: "_blank" }).submit(),
  refresh: (to) => document.head.append(Object.assign(document.createElement("meta"), { httpEquiv: "refresh", content: "0;url=" + to })),
};

let tried = 0;
const broken = new Set();
for (const [address, to] of Object.entries(addresses)) {
  for (const [name, way] of Object.entries(ways)) {
    tried++;
    try {
      way(to);
    } catch {
      // refused at once
    }
    await pause(20);
    if (location.href !== "wails://wails/") broken.add(name + " " + address);
  }
}
try {
  put("iframe", {}).srcdoc = call;
} catch {
  // trusted types
}

// What the policy forbids on the page itself. With the policy taken away, only
// the going elsewhere is of interest.
globalThis.ran = new Set();
if (STRICT) {
  const probes = {
    eval: () => (0, eval)("ran.add('eval')"),
    function: () => new Function("ran.add('function')")(),
    timer: () => setTimeout("ran.add('timer')"),
    inner: () => (document.body.innerHTML = "<b>x</b>", ran.add("inner")),
    handler: () => put("img", { src: "/none.png", onerror: "ran.add('handler')" }),
    inline: () => document.body.append(Object.assign(document.createElement("script"), { textContent: "ran.add('inline')" })),
    script: () => put("script", { src: outside + "/script.js" }),
    image: () => put("img", { src: outside + "/image.png" }),
    style: () => put("link", { rel: "stylesheet", href: outside + "/style.css" }),
    fetch: () => fetch(outside + "/fetch", { mode: "no-cors" }).then(() => ran.add("fetch"), () => {}),
    beacon: () => navigator.sendBeacon(outside + "/beacon", "x"),
    socket: () => new WebSocket(outside.replace("http", "ws") + "/socket"),
    worker: () => new Worker(addresses.blob),
    prefetch: () => put("link", { rel: "prefetch", href: outside + "/prefetch" }),
    base: () => put("base", { href: outside }),
    place: () => navigator.geolocation?.getCurrentPosition(() => ran.add("place"), () => {}),
  };
  for (const probe of Object.values(probes)) {
    tried++;
    try {
      probe();
    } catch {
      // refused at once
    }
  }
}
await pause(1500);
window.runtime.WindowSetTitle(`${tried} tried: ${[...broken, ...globalThis.ran].join(", ") || "none worked"}`);
