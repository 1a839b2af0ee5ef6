import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { servedBy } from "@svclab/contracts";

// For tests: answers each connection at once, as soon as it is accepted, and does nothing else. A
// server that stood still accepts all that waits before it reads any, and would be late with the
// first answer by as much. Writes its port on standard output.
const answer = `HTTP/1.1 200 OK\r\n${servedBy.podUid}: null-server\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok`;
const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.end(answer);
  socket.resume();
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().on("end", () => process.exit(0));
