import type { PracticeHost } from './cast.ts'

/**
 * Logon ids (LUIDs) of one host: they grow with time, as Windows hands them out. The scenario takes odd ones and noise even
 * ones, so that the scenario's stay the same however much noise there is, and none is given twice.
 */
export class LogonIds {
  readonly #boot: bigint
  readonly #parity: bigint
  #last = 0n

  constructor(boot: bigint, use: 'scenario' | 'noise') {
    this.#boot = boot
    this.#parity = use === 'scenario' ? 1n : 0n
  }

  /** The id of a logon at this time; calls must not go back in time by much, or ids only grow by their order. */
  at(time: bigint): bigint {
    const byTime = 0x3_0000n + ((time - this.#boot) / 10_000n / 40n) * 2n + this.#parity
    this.#last = byTime > this.#last ? byTime : this.#last + 2n
    return this.#last
  }
}

/** The ids of a host over all its starts: each begins anew. */
export function logonIdsOf(host: PracticeHost, use: 'scenario' | 'noise'): (at: bigint) => bigint {
  const boots = [host.boot, ...host.restarts.map(({ at }) => at)].map((at) => ({
    at,
    ids: new LogonIds(at, use),
  }))
  return (at) => (boots.findLast((boot) => boot.at <= at) ?? (boots[0] as (typeof boots)[number])).ids.at(at)
}

/** Ids that processes of the system have in any boot. */
export const systemPidsOf = (host: PracticeHost): number[] =>
  [host.pids, ...host.restarts.map(({ pids }) => pids)].flatMap((pids) => Object.values(pids) as number[])

export const logonIdText = (id: bigint): string => `0x${id.toString(16)}`
