/**
 * On every object that a violation changed or made, until it is put back: its value is the
 * violation's name. Where a run was killed in between, an install makes the object anew.
 */
export const violationLabel = "svclab.dev/violation";
