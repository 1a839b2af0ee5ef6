/**
 * Every time limit of a server here, and the reason for its size.
 *
 * A kept connection may be closed by either side at any moment, and a request that crosses the
 * close is lost. So the client has to be the one who gives up first: `keepAliveMs` is above the
 * longest idle limit of any client that reaches us. Those are
 *
 *   Envoy (Ingress, Gateway and load balancer)  3,600 s  idle_timeout of its upstream connections
 *   undici                                        600 s  keepAliveMaxTimeout
 *   Chromium                                      300 s
 *   Go and k6                                      90 s  http.DefaultTransport.IdleConnTimeout
 *
 * `headersMs` is above `keepAliveMs` because Node.js starts it when a connection is accepted: one
 * that a client opened ahead and has not used yet would be cut as if it were kept too long.
 * `requestMs` may not be below `headersMs` (ERR_OUT_OF_RANGE). The price is that a sender of half
 * a request can hold a connection for an hour, which a lab that nobody else reaches can afford.
 */
export const limits = {
  keepAliveMs: 3_620_000,
  headersMs: 3_630_000,
  requestMs: 3_640_000,
  bodyBytes: 16 * 1024,
  drain: {
    /** From SIGTERM, the listener stays open for connections that a slow node still sends here. */
    stragglersMs: 2_000,
    /** After that, a kept connection is closed when nothing came over it for this long. */
    idleMs: 5_000,
    /** From SIGTERM, whatever is left is cut. With the preStop sleep below the grace period. */
    deadlineMs: 22_000,
  },
} as const;

/** Milliseconds; see `limits.drain`. */
export type DrainLimits = { readonly [K in keyof typeof limits.drain]: number };
