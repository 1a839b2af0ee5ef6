import { ToolError } from "@svclab/contracts";

/** The API's refusal, with its HTTP status: 404, 409 conflict, 410 gone, 422 invalid. */
export class ApiError extends ToolError {
  readonly status: number;

  constructor(asked: string, status: number, said: string) {
    super({
      code: "cluster-refused",
      expected: `the API to accept ${asked}`,
      found: `${status} ${said}`,
      todo: "read what it says; `kubectl auth can-i` tells of missing rights",
    });
    this.status = status;
  }
}

/**
 * A kubelet that cannot go on with a log says so in the log's own stream. Seen where several
 * clusters share a host: "failed to create fsnotify watcher: too many open files".
 */
export class NodeTrouble extends Error {
  override readonly name = "NodeTrouble";

  constructor(said: string) {
    super(`the node says: ${said}`);
  }
}

export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 410;
}
