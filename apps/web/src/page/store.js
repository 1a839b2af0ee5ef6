import { emptyTally } from "./tally.js";

// The number changes with the tally's shape, so that an old one is never misread.
const key = "svclab.tally.1";
const gtidKey = "svclab.gtid.1";

/**
 * The tally of this tab; an empty one where there is none or storage is blocked.
 * @param {() => Pick<Storage, "getItem">} storage  may throw: reading the property does, if blocked
 * @returns {import("./tally.js").Tally}
 */
export function load(storage) {
  try {
    const stored = JSON.parse(storage().getItem(key) ?? "null");
    return stored?.lines && stored.recent ? stored : emptyTally();
  } catch {
    return emptyTally();
  }
}

/**
 * @param {() => Pick<Storage, "setItem">} storage
 * @param {import("./tally.js").Tally} tally
 */
export function save(storage, tally) {
  try {
    storage().setItem(key, JSON.stringify(tally));
  } catch {
    // Full or blocked: the tally then lasts until the next reload.
  }
}

/**
 * What this tab has written last, as a set of transactions; a read waits until its member has it.
 * @param {() => Pick<Storage, "getItem">} storage
 * @returns {string | null}
 */
export function loadGtid(storage) {
  try {
    return storage().getItem(gtidKey);
  } catch {
    return null;
  }
}

/** @param {() => Pick<Storage, "setItem" | "removeItem">} storage @param {string | null} gtid */
export function saveGtid(storage, gtid) {
  try {
    if (gtid === null) storage().removeItem(gtidKey);
    else storage().setItem(gtidKey, gtid);
  } catch {
    // As with the tally.
  }
}
