// A page's line to the hub. The hub is in a shared worker; where there are none (Chrome on Android), in one of the pages,
// which holds a lock and talks to the others over a channel; where there are no locks either, in this page alone.
import { Hub } from "./hub.js";

const NAME = "novacast-realtime";

/** Returns {want(topics, who), leave()}; `hear` gets the hub's messages, and `sleep` is called when none will come for a while. */
export function line(hear, sleep) {
  try {
    if ("SharedWorker" in globalThis) return overWorker(hear);
  } catch { /* forbidden here, as in some frames */ }
  return navigator.locks && "BroadcastChannel" in globalThis ? overChannel(hear, sleep) : alone(hear);
}

function overWorker(hear) {
  const worker = new SharedWorker(new URL("./worker.js", import.meta.url), { type: "module", name: NAME });
  let other = null; // once the worker has failed to load
  let wanted = null;
  worker.port.addEventListener("message", ({ data }) => hear(data));
  worker.addEventListener("error", () => {
    other ??= alone(hear);
    if (wanted) other.want(...wanted);
  });
  worker.port.start();
  const want = (topics, who) => {
    wanted = [topics, who];
    if (other) other.want(topics, who);
    else worker.port.postMessage({ topics, who });
  };
  return { want, leave: () => want([]) };
}

function alone(hear) {
  const hub = new Hub(hear);
  const here = {};
  return { want: (topics, who) => hub.want(here, topics, who), leave: () => hub.want(here, []) };
}

/** Only pages that are looked at take part: one that sleeps behind others must not hold their connection. */
function overChannel(hear, sleep) {
  const me = `${Math.random()}`;
  const channel = new BroadcastChannel(NAME);
  let since = null;
  let wanted = null;
  let hub = null;
  let giveUp = null; // ends the wait for the lock, or lets go of it

  const take = (message) => {
    const seq = message.seq ?? message.fact?.seq;
    if (seq) since = seq;
    hear(message);
  };
  const say = (topics, who) => {
    if (hub) hub.want(me, topics, who);
    else channel.postMessage({ from: me, topics, who });
  };
  channel.addEventListener("message", ({ data: { from, leads, topics, who, to, message } }) => {
    if (leads) {
      if (giveUp && wanted) say(...wanted);
    } else if (from) hub?.want(from, topics, who);
    else if (giveUp && (!to || to === me)) take(message);
  });

  const lead = () => new Promise((resolve) => {
    hub = new Hub((message, to) => {
      if (to !== me) channel.postMessage({ to, message });
      if (!to || to === me) take(message);
    });
    hub.since = since;
    giveUp = () => {
      hub.end();
      hub = null;
      resolve();
    };
    channel.postMessage({ leads: true });
    if (wanted) say(...wanted);
  });
  const join = () => {
    if (giveUp || !wanted || document.hidden) return;
    const waiting = new AbortController();
    giveUp = () => waiting.abort();
    navigator.locks.request(NAME, { signal: waiting.signal }, lead).catch(() => {});
    say(...wanted);
  };
  const part = () => {
    if (!giveUp) return;
    if (!hub) channel.postMessage({ from: me, topics: [] });
    giveUp();
    giveUp = null;
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return join();
    if (giveUp) sleep();
    part();
  });
  return {
    want(topics, who) {
      wanted = topics.length ? [topics, who] : null;
      if (!wanted) part();
      else if (giveUp) say(...wanted);
      else join();
    },
    leave: part,
  };
}
