// The hub of all pages of this browser, where there are shared workers.
import { Hub } from "./hub.js";

const ports = new Set();
const hub = new Hub((message, port) => {
  for (const one of port ? [port] : ports) one.postMessage(message);
});

addEventListener("connect", ({ ports: [port] }) => {
  ports.add(port);
  port.addEventListener("message", ({ data: { topics, who } }) => {
    if (topics.length) ports.add(port);
    else ports.delete(port);
    hub.want(port, topics, who);
  });
  port.start();
});
