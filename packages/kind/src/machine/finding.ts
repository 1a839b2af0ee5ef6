/**
 * One line of `svclab doctor`. warn: it works, in the way that `found` tells. no: it does not work
 * until `todo` is done.
 */
export interface Finding {
  readonly what: string;
  readonly wanted: string;
  readonly found: string;
  readonly ok: "yes" | "warn" | "no";
  readonly todo: string | null;
}

export function yes(what: string, wanted: string, found: string): Finding {
  return { what, wanted, found, ok: "yes", todo: null };
}

export function warn(what: string, wanted: string, found: string, todo: string | null): Finding {
  return { what, wanted, found, ok: "warn", todo };
}

export function no(what: string, wanted: string, found: string, todo: string): Finding {
  return { what, wanted, found, ok: "no", todo };
}
