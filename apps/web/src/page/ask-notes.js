/**
 * @typedef {import("@svclab/contracts").Note} Note
 * @typedef {{ pod: string | null, node: string | null }} Hop  null: nobody said
 * @typedef {{ web: Hop, api: Hop, service: "mysql-primary" | "mysql-read", member: string | null }} Way
 * @typedef {{ status: number, way: Way | null, gtid: string | null, type: string, error: string | null,
 *   notes: Note[] }} Told  status 0 and no way: no web Pod answered
 */

// Above the limit that the web has for the api.
const limitMs = 20_000;

/** @param {string | null} gtid  what must be seen @returns {Promise<Told>} */
export function readNotes(gtid) {
  const headers = gtid === null ? {} : { "x-gtid": gtid };
  return tell("mysql-read", "notes?limit=10", { headers });
}

/** @param {string} text @param {string} key  the same one again does it once @returns {Promise<Told>} */
export function addNote(text, key) {
  const headers = { "content-type": "application/json", "idempotency-key": key };
  return tell("mysql-primary", "notes", {
    method: "POST",
    headers,
    body: JSON.stringify({ text }),
  });
}

/** @param {string} id @returns {Promise<Told>} */
export function removeNote(id) {
  return tell("mysql-primary", `notes/${id}`, { method: "DELETE" });
}

/** crypto.randomUUID is not there on a page without https. @returns {string} */
export function newKey() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("-");
}

/**
 * Never rejects.
 * @param {Way["service"]} service @param {string} path @param {RequestInit} request
 * @returns {Promise<Told>}
 */
async function tell(service, path, request) {
  try {
    const response = await fetch(path, { ...request, signal: AbortSignal.timeout(limitMs) });
    const { headers, ok, status } = response;
    // A proxy on the way may answer in its own words.
    const isJson = /json/.test(headers.get("content-type") ?? "");
    const body = isJson ? await response.json() : {};
    const way = {
      web: { pod: headers.get("x-served-by-pod"), node: headers.get("x-served-by-node") },
      api: { pod: headers.get("x-api-pod"), node: headers.get("x-api-node") },
      service: ok ? (body.member?.through ?? service) : service,
      member: headers.get("x-database-member"),
    };
    const error = ok ? null : (body.errors?.[0]?.message ?? body.detail ?? `status ${status}`);
    const gtid = headers.get("x-gtid");
    return { status, way, gtid, type: ok ? "" : (body.type ?? ""), error, notes: body.notes ?? [] };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const error = `The web did not answer (${why}).`;
    return { status: 0, way: null, gtid: null, type: "", error, notes: [] };
  }
}
