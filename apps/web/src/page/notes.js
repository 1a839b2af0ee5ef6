import { addNote, newKey, readNotes, removeNote } from "./ask-notes.js";
import { showNotes, showWay } from "./notes-view.js";
import { loadGtid, saveGtid } from "./store.js";
import { element } from "./view.js";

// The web's problem types: packages/contracts/src/notes.ts.
const notExecuted = "urn:svclab:not-executed";
const nothingWritten = "urn:svclab:nothing-written";
const storage = () => window.sessionStorage;
const field = /** @type {HTMLInputElement} */ (element("note-text"));

/** @type {Record<string, number>} */
const readsBy = {};
/**
 * The note that was tried last and is not known to be written. Its key is kept whatever a later try
 * is told: that says nothing of the one before.
 * @type {{ text: string, key: string } | null}
 */
let tried = null;
let busy = false;

/** Reads the notes, and from then on does what the section's buttons say. */
export function startNotes() {
  element("notes-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void inTurn(add);
  });
  element("notes").addEventListener("click", ({ target }) => {
    const id = target instanceof HTMLElement ? target.getAttribute("data-remove") : null;
    if (id !== null) void inTurn(() => remove(id));
  });
  element("notes-read").addEventListener("click", () => void inTurn(read));
  void inTurn(read);
}

async function add() {
  const text = field.value;
  const key = tried?.text === text ? tried.key : newKey();
  const told = await addNote(text, key);
  showWay("write", told.way);
  const isThere = told.status === 200 || told.status === 201;
  const hasFailed = told.status === 0 || told.status >= 500;
  tried = hasFailed ? { text, key } : null;
  if (isThere) {
    field.value = "";
    saveGtid(storage, told.gtid);
    await read();
    sayNotes(told.status === 200 ? "It had been written the first time." : "Written.");
  } else if (hasFailed && told.type !== nothingWritten) {
    sayNotes(`${told.error} Add it again: with the same key it is written once.`);
  } else sayNotes(`Not written. ${told.error}`);
}

/** @param {string} id */
async function remove(id) {
  const told = await removeNote(id);
  showWay("write", told.way);
  if (told.status !== 204)
    return sayNotes(`Note ${id}: ${told.error} Removing it again does no harm.`);
  saveGtid(storage, told.gtid);
  await read();
  sayNotes(`Note ${id} is removed.`);
}

async function read() {
  const gtid = loadGtid(storage);
  let told = await readNotes(gtid);
  // That database was made anew, or is far behind.
  if (gtid !== null && (told.type === notExecuted || told.status === 400)) {
    saveGtid(storage, null);
    told = await readNotes(null);
  }
  showWay("read", told.way);
  if (told.error !== null) return sayNotes(told.error);
  const member = told.way?.member ?? "?";
  readsBy[member] = (readsBy[member] ?? 0) + 1;
  showNotes(told.notes, readsBy);
  sayNotes("");
}

/** One after the other; clicks in the meantime do nothing. @param {() => Promise<void>} work */
async function inTurn(work) {
  if (busy) return;
  busy = true;
  element("notes-section").setAttribute("aria-busy", "true");
  await work();
  element("notes-section").setAttribute("aria-busy", "false");
  busy = false;
}

/** @param {string} text */
function sayNotes(text) {
  element("notes-status").textContent = text;
}
