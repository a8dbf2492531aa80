// Stands in for the scripts of the window: bound calls go to the server by POST, events come back as a stream.
(() => {
  const heard = new Map();
  const source = new EventSource("/events");
  const open = new Promise((resolve) => source.addEventListener("open", resolve, { once: true }));
  source.addEventListener("message", (message) => {
    const { event, data } = JSON.parse(message.data);
    for (const hear of heard.get(event) ?? []) hear(data);
  });

  async function call(struct, method, args) {
    await open; // no event of what the call does may be missed
    const response = await fetch(`/rpc/${struct}/${method}`, { method: "POST", body: JSON.stringify(args) });
    const { result, error } = await response.json();
    if (error) throw new Error(error);
    return result;
  }

  const structs = new Proxy({}, {
    get: (_, struct) => new Proxy({}, { get: (_, method) => (...args) => call(struct, method, args) }),
  });
  window.go = { bridge: structs };
  window.runtime = {
    EventsOnMultiple(event, hear) {
      const list = heard.get(event) ?? new Set();
      heard.set(event, list.add(hear));
      return () => list.delete(hear);
    },
    EventsOn(event, hear) {
      return this.EventsOnMultiple(event, hear, -1);
    },
    ClipboardGetText: async () => (await (await fetch("/test/clipboard")).json()).text,
  };
})();
