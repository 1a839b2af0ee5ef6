import { connect } from "node:net";

/**
 * Asks a DNS server over TCP for a name's first A record, and answers with it in dotted form;
 * undefined when the server says there is none. Node's own resolver speaks UDP only.
 * @throws when the server does not answer within `timeoutMs`.
 */
export async function askOverTcp(
  server: { host: string; port: number },
  name: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const question = Buffer.concat([
    ...name.split(".").map((part) => Buffer.from([part.length, ...Buffer.from(part)])),
    Buffer.from([0, 0, 1, 0, 1]),
  ]);
  // Identity 1, recursion desired, one question. RFC 1035, 4.1 and 4.2.2.
  const header = Buffer.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const length = Buffer.from([0, header.length + question.length]);
  const answer = await exchange(server, Buffer.concat([length, header, question]), timeoutMs);
  const answers = answer.readUInt16BE(8);
  if (answers === 0) return undefined;
  // The first record follows the question: its name, then type, class, TTL, length and address.
  const record = afterName(answer, length.length + header.length + question.length);
  return [...answer.subarray(record + 10, record + 14)].join(".");
}

/** Where a name ends that begins at `at`: labels to an empty one, or a pointer (RFC 1035, 4.1.4). */
function afterName(message: Buffer, at: number): number {
  for (let position = at; ; ) {
    const size = message[position] ?? 0;
    if (size >= 0xc0) return position + 2;
    position += size + 1;
    if (size === 0) return position;
  }
}

function exchange(
  { host, port }: { host: string; port: number },
  query: Buffer,
  timeoutMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const chunks: Buffer[] = [];
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.on("connect", () => socket.write(query));
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      if (all.length < 14 || all.length < all.readUInt16BE(0) + 2) return;
      socket.destroy();
      resolve(all);
    });
    socket.on("timeout", () =>
      fail(new Error(`no answer from ${host}:${port} in ${timeoutMs} ms`)),
    );
    socket.on("error", fail);
    socket.on("end", () => fail(new Error(`${host}:${port} closed the connection unanswered`)));
  });
}
