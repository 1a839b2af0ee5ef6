export { limits } from "./limits.ts";
export type { Routes } from "./main-app.ts";
export { HttpProblem, parseInput } from "./problem.ts";
export { runService, type ServiceDefinition } from "./run-service.ts";
export { plainAddress } from "./server.ts";
