export type { Agent } from "./agent.ts";
export { assembleAgent } from "./assemble-agent.ts";
export { limits } from "./limits.ts";
export { unreadyFor } from "./unready-for.ts";
