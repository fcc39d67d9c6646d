/** Reads `host.json`: what a collector or the practice generator says of the host. Texts in it are evidence. */
import * as z from 'zod'
import type { HostFacts } from '../domain/coverage.ts'
import { parseUtc } from '../domain/time.ts'

const text = z.string().max(1024)
const HostFile = z.looseObject({
  schema: z.literal('tasktrail-host/1'),
  host: text.min(1).max(255),
  collectedAt: text.optional(),
  timeZone: text.optional(),
  utcOffsetMinutes: z.int().min(-1440).max(1440).optional(),
  schedulePid: z.int().nonnegative().max(0xffff_ffff).optional(),
  auditPolicy: z.record(z.string().max(64), z.int().min(0).max(3)).optional(),
  commandLineAudited: z.boolean().optional(),
  clock: z
    .looseObject({ offsetMs: z.number().gte(-1e15).lte(1e15), uncertaintyMs: z.number().gte(0).lte(1e15) })
    .optional(),
  addresses: z.array(text).max(1000).optional(),
  boots: z.array(text).max(10_000).optional(),
  channels: z
    .array(
      z.looseObject({
        name: text,
        enabled: z.boolean(),
        mode: text.optional(),
        maxSize: z.number().nonnegative().optional(),
      }),
    )
    .max(5000)
    .optional(),
  practice: z.boolean().optional(),
})

/** The facts of `host.json`, or the sentence that says what is wrong with it. */
export function readHostFacts(json: string, evidenceId: string): HostFacts | string {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    return `It is no JSON: ${error instanceof Error ? error.message.slice(0, 200) : error}.`
  }
  const parsed = HostFile.safeParse(value)
  if (!parsed.success)
    return `It does not have the form of host facts: ${z.prettifyError(parsed.error).slice(0, 400)}`
  const file = parsed.data
  const policy: Record<string, number> = {}
  for (const [guid, setting] of Object.entries(file.auditPolicy ?? {}))
    policy[guid.toUpperCase().replace(/[{}]/g, '')] = setting
  return {
    host: file.host,
    evidenceId,
    timeZone: file.timeZone,
    utcOffsetMinutes: file.utcOffsetMinutes,
    schedulePid: file.schedulePid,
    auditPolicy: file.auditPolicy ? policy : undefined,
    commandLineAudited: file.commandLineAudited,
    channels: file.channels?.map(({ name, enabled, mode, maxSize }) => ({
      name,
      enabled,
      ...(mode === undefined ? {} : { mode }),
      ...(maxSize === undefined ? {} : { maxSize }),
    })),
    ...(isTime(file.collectedAt) ? { collectedAt: file.collectedAt } : {}),
    ...(file.clock
      ? { clock: { offsetMs: file.clock.offsetMs, uncertaintyMs: file.clock.uncertaintyMs } }
      : {}),
    ...(file.addresses ? { addresses: file.addresses } : {}),
    ...(file.boots ? { boots: file.boots.filter(isTime) } : {}),
  }
}

const isTime = (text: string | undefined): text is string =>
  text !== undefined && parseUtc(text) !== undefined
