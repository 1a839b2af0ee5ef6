/**
 * On every object that a violation changed or made, until it is put back: its value is the
 * violation's name. Also on a Pod that has lost its label. Where a run was killed in between, an
 * install removes the object, and makes it anew where it belongs to the application.
 */
export const violationLabel = "svclab.dev/violation";
