import { ask } from "./ask.js";
import { startNotes } from "./notes.js";
import { load, save } from "./store.js";
import { count, emptyTally } from "./tally.js";
import { element, say, showPath, showTally } from "./view.js";

const many = 20;
const storage = () => window.sessionStorage;
const buttons = ["ask", "ask-many", "reset"].map(element);

let tally = load(storage);
let asking = false;

showTally(tally);
element("ask").addEventListener("click", () => askTimes(1));
element("ask-many").addEventListener("click", () => askTimes(many));
element("reset").addEventListener("click", () => {
  if (asking) return;
  tally = emptyTally();
  save(storage, tally);
  showTally(tally);
  say("The tally is empty.");
});
void askTimes(1);
startNotes();

/** One after the other; clicks in the meantime do nothing. @param {number} times */
async function askTimes(times) {
  if (asking) return;
  setAsking(true);
  /** @type {Record<string, number>} */
  const names = {};
  let last = "";
  for (let i = 0; i < times; i++) {
    const question = await ask();
    tally = count(tally, question);
    save(storage, tally);
    showPath(question, tally);
    showTally(tally);
    const { api, error, tookMs } = question;
    const name = api ? api.podName : "no answer";
    names[name] = (names[name] ?? 0) + 1;
    last = api ? `${name} on ${api.node} answered in ${tookMs} ms.` : (error ?? "");
  }
  const sums = Object.entries(names).map(([name, answers]) => `${name} ${answers}`);
  say(times === 1 ? last : `${times} questions: ${sums.join(", ")}.`);
  setAsking(false);
}

/** aria-disabled, not disabled: the focus stays where it is. @param {boolean} now */
function setAsking(now) {
  asking = now;
  for (const button of buttons) button.setAttribute("aria-disabled", String(now));
}
