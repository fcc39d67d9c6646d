/** What the collectors of artifacts share: their options, and how answers and trouble are passed on. */
import type { Problem } from '../domain/problem.ts'
import type { Connection } from './connect.ts'
import type { Answer } from './messages.ts'
import type { Plan, PlannedArtifact } from './plan.ts'
import { type Preflight, troubleProblem } from './preflight.ts'
import type { Spool } from './spool.ts'

export interface CollectOptions {
  readonly host: string
  readonly connection: Connection
  readonly spool: Spool
  readonly plan: Plan
  readonly preflight: Preflight
  readonly now: () => Date
  readonly signal?: AbortSignal | undefined
  readonly onArtifact?: ((artifact: PlannedArtifact) => void) | undefined
  readonly onBytes?: ((here: number, total: number | null) => void) | undefined
  readonly onProblem: (problem: Problem) => void
}

export const splitOnce = (id: string) => {
  const at = id.indexOf(':')
  return at < 0 ? [id] : [id.slice(0, at), id.slice(at + 1)]
}

/** Asks, hands on what is answered, and turns trouble with one thing into a problem. */
export async function answers(
  options: CollectOptions,
  op: string,
  fields: Readonly<Record<string, unknown>>,
  onAnswer: (answer: Answer) => Promise<void> | void,
): Promise<void> {
  for await (const answer of options.connection.channel.ask(op, fields, {
    signal: options.signal,
    silenceMs: 1_800_000,
  })) {
    if (answer.type === 'trouble') options.onProblem(troubleProblem(options.host, answer))
    else await onAnswer(answer)
  }
}

export const baseName = (path: string): string => path.replace(/^.*[\\/]/, '') || path

export const hashProblem = (where: string, onHost: string, here: string): Problem => ({
  code: 'acquire.hash.mismatch',
  severity: 'error',
  where,
  what: `What arrived is not what the host hashed (${onHost.slice(0, 16)}… there, ${here.slice(0, 16)}… here). It is kept, and must not be called whole; acquire it again.`,
  facts: { onHost, here },
})
