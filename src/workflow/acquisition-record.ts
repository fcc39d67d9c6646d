/** Reads `acquisition.json`: who took the evidence of a host, when and how. Decides which events are the responder's own. */
import * as z from 'zod'

const text = z.string().max(2048)
const Session = z.looseObject({
  way: text,
  sid: text,
  account: text,
  pid: z.int().nonnegative(),
  from: text,
  to: text,
  addresses: z.array(text).max(1000),
})
const ids = z.array(text).max(500)
const Wishes = z.object({
  name: z.enum(['quick', 'playbook', 'full']),
  from: text.optional(),
  to: text.optional(),
  with: ids.optional(),
  without: ids.optional(),
})
const AcquisitionFile = z.looseObject({
  schema: z.literal('tasktrail-acquisition/1'),
  runId: text,
  host: text.min(1).max(255),
  /** the name the operator gave */
  asked: text.optional(),
  startedAt: text.optional(),
  sessions: z.array(Session).max(1000),
  /** what the operator asked for; records of earlier versions do not say */
  wishes: Wishes.optional().catch(undefined),
})

export interface AcquisitionRecord {
  readonly runId: string
  readonly host: string
  readonly asked?: string | undefined
  readonly startedAt?: string | undefined
  /** the plan as it was asked for, to be asked for again */
  readonly wishes?: z.infer<typeof Wishes> | undefined
  readonly sessions: readonly {
    readonly way: string
    readonly sid: string
    readonly account: string
    readonly pid: number
    readonly from: string
    readonly to: string
    readonly addresses: readonly string[]
  }[]
}

/** The record, or the sentence that says what is wrong with it. */
export function readAcquisition(json: string): AcquisitionRecord | string {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    return `It is no JSON: ${error instanceof Error ? error.message.slice(0, 200) : error}.`
  }
  const parsed = AcquisitionFile.safeParse(value)
  if (!parsed.success)
    return `It does not have the form of an acquisition: ${z.prettifyError(parsed.error).slice(0, 400)}`
  const { runId, host, sessions, asked, startedAt, wishes } = parsed.data
  return {
    runId,
    host,
    ...(asked === undefined ? {} : { asked }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(wishes === undefined ? {} : { wishes }),
    sessions: sessions.map(({ way, sid, account, pid, from, to, addresses }) => ({
      way,
      sid,
      account,
      pid,
      from,
      to,
      addresses,
    })),
  }
}
