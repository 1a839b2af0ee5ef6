/** Rejects at the limit; what was asked may come yet, so whoever asked lets the connection go. */
export function within<T>(limitMs: number, asked: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const late = () => reject(new Error("no answer in time"));
  const timer = setTimeout(late, Math.max(0, limitMs - Date.now()));
  asked.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}

/** What an error of the driver says, short enough for a line of a history. */
export function wordsOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return `${code ?? ""} ${message ?? error}`.trim().slice(0, 200);
}
