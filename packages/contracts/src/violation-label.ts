/**
 * On every object that a violation changed or made, until it is put back: its value is the
 * violation's name. Also on a Pod that has lost its label. Where a run was killed in between, an
 * install removes the object, and makes it anew where it belongs to the application.
 */
export const violationLabel = "svclab.dev/violation";

/** The table of nft(8) on a node, of family ip, that a run makes on purpose; an install removes it. */
export const violationTable = "svclab-violation";
