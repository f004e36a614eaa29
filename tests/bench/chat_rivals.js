// The same broadcast by `ws` and by `socket.io`, for tests/bench/chat.py: what one client sends goes to all.
// Run: node chat_rivals.js ws|socket.io, with NODE_PATH at a folder of both packages; prints a path and the port.
const http = require("http");
const server = http.createServer();
if (process.argv[2] === "ws") {
  const { WebSocketServer } = require("ws");
  const all = new WebSocketServer({ server, perMessageDeflate: false });
  all.on("connection", (one) => {
    one.on("message", (data) => {
      const text = data.toString();
      for (const other of all.clients) other.send(text);
    });
  });
} else {
  const { Server } = require("socket.io");
  const all = new Server(server, { transports: ["websocket"], perMessageDeflate: false });
  all.on("connection", (one) => one.on("m", (text) => all.emit("m", text)));
}
server.listen(0, "127.0.0.1", 4096, () => {
  console.log(`${process.argv[2] === "ws" ? "/" : "/socket.io/?EIO=4&transport=websocket"} ${server.address().port}`);
});
process.stdin.on("end", () => process.exit(0)).resume();
