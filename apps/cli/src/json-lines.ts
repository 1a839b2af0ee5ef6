import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ToolError } from "@svclab/contracts";

/** Makes a file to which lines are to be added, and its folder. @throws ToolError file-unwritable */
export async function openJsonLines(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await appendFile(file, "");
  } catch (cause) {
    throw new ToolError({
      code: "file-unwritable",
      expected: `${file} to be a file that lines can be added to`,
      found: cause instanceof Error ? cause.message : String(cause),
      todo: "name another file",
      exit: 2,
      cause,
    });
  }
}

/** Adds a line; the file and its folder are made where they are not there yet. */
export async function addJsonLine(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${JSON.stringify(value)}\n`);
}

/** None where there is no file yet. `what`: what a line is to be. @throws ToolError line-bad, with the line */
export async function readJsonLines<Line>(
  file: string,
  schema: { readonly parse: (value: unknown) => Line },
  what: string,
): Promise<Line[]> {
  const text = await readFile(file, "utf8").catch((cause) => {
    if (cause.code === "ENOENT") return "";
    throw new ToolError({
      code: "file-unreadable",
      expected: `${file} to be a file`,
      found: cause.message,
      todo: "name another file",
      exit: 2,
      cause,
    });
  });
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, at) => {
    try {
      return schema.parse(JSON.parse(line));
    } catch (cause) {
      throw new ToolError({
        code: "line-bad",
        expected: `${file}, line ${at + 1}, to be ${what}`,
        found: line === "" ? "an empty line" : line.slice(0, 60),
        todo: "take the line out, or name another file",
        cause,
      });
    }
  });
}
