/** How long each change may take, and how long the world is left alone after it. */
export const limits = {
  /** Each address is asked 5 times a second and more meanwhile, and 20 answers say something. */
  aloneMs: 5_000,
  /** Of the time that the load takes where each answer comes at once: so much is it waited for. */
  loadTimes: 5,
  /** A Pod whose container was killed is ready again; the second kill of one waits 10 s more. */
  restartMs: 60_000,
  /** From a delete to the end of the Pod's grace period, and its replacement ready. */
  replaceMs: 90_000,
  scaleMs: 90_000,
  rollOutMs: 180_000,
  /**
   * After each SIGKILL requests may be lost for 3 s. The next kill comes after that, so that no
   * loss is excused by a kill it has nothing to do with.
   */
  betweenSigkillsMs: 3_000,
  /** Kills of one kind that are made again because a recorder stood still. */
  moreKills: 2,
  /** Left alone after a deletion, so that its old address is asked often enough. */
  afterDeletesMs: 3_000,
  deletionsToFindAMistake: 5,
  /** A deletion is counted until 2 s after its Pod has gone. */
  betweenDeletesMs: 2_000,
  /** No Pod at all for at least this long, which is seen by a DNS query every 100 ms. */
  emptyMs: 2_000,
  /**
   * Longer than the 2.5 s after which a Pod that is not ready must be out of DNS and of rotation, by
   * the 3 s in which enough connections are made to have met it.
   */
  heldUnreadyMs: 6_000,
  unreadyMs: 20_000,
  /** A Pod without its label lives on for so long after another has taken its place. */
  outMs: 4_000,
  /** Nobody new is sent to it, and a kept connection to it is no part of any claim. */
  outGraceSeconds: 1,
  /** The switch lets go by itself after this, should the run be killed in between. */
  unreadyAtMostMs: 60_000,
  /** A node port that was freed is asked for again for so long. */
  portFreedMs: 10_000,
  /** From a Service's new selector to rules that follow it: a slice's time and kube-proxy's. */
  selectedMs: 2_500,
  /** Past the time for an address, so that a late one is seen to be late. */
  pastAddressMs: 2_000,
  /** A judge asks for 20, and the first may come from the address before. */
  balancerAnswers: 25,
  /** Longer than the 10 s for which a load balancer with an address may be silent. */
  afterAddressMs: 11_000,
} as const;
