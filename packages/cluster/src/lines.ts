import { StringDecoder } from "node:string_decoder";

/** Lines of a stream of bytes, without their line feed; a last line without one included. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const pieces = (rest + decoder.write(chunk)).split("\n");
    rest = pieces.pop() ?? "";
    yield* pieces;
  }
  rest += decoder.end();
  if (rest !== "") yield rest;
}
