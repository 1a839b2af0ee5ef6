import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { servedBy } from "@svclab/contracts";

// For tests: answers everything at once and does nothing else. Writes its port on standard output.
const server = createServer((_request, response) => {
  response.setHeader(servedBy.podUid, "null-server");
  response.end("ok");
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().on("end", () => process.exit(0));
