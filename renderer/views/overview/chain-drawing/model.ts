/** A chain as lanes, marks and links: what is drawn, before any place is known. Pure and deterministic. */
import { escapeLine } from '../../../../src/base/escape.ts'
import type { ChainShape, CitationShape } from '../../../../src/contract/shapes.ts'
import { millisecondsBetween, parseUtc } from '../../../../src/domain/time.ts'
import { shortHost } from '../sentence.ts'
import { linkWords } from './link-words.ts'
import { isSchedulerRecord, type Look, lookOf } from './looks.ts'

export interface Mark extends Look {
  readonly id: string
  readonly at: CitationShape
  readonly lane: string
  /** milliseconds from the task record */
  readonly ms: number
  readonly time: string
  readonly role: string
  readonly eventId: number
  readonly channel: string
  readonly what: string
  readonly rejected: boolean
  readonly isAnchor: boolean
  readonly parent: string | undefined
}
export interface Lane {
  readonly id: string
  readonly kind: 'rejected' | 'events' | 'session' | 'system'
  readonly name: string
  readonly note: string
  /** logon id, shown in code type */
  readonly code: string | undefined
  /** `host`, `source` or neither: whose tint the lane bears */
  readonly whose: 'host' | 'source' | 'none'
  /** rejected only: the reason, written in the lane */
  readonly why: string | undefined
}
export interface Link {
  readonly id: string
  readonly rule: string
  readonly from: string
  readonly to: string
  readonly strength: string
  readonly why: string
  readonly deltaMs: number
  /** longest first */
  readonly words: readonly string[]
}
export interface Drawing {
  readonly lanes: readonly Lane[]
  readonly marks: readonly Mark[]
  readonly links: readonly Link[]
}

export const markId = (at: CitationShape): string => `${at.evidenceId}/${at.chunk}/${at.offset}`

const systemRoles = new Set([
  'process-started',
  'descendant-started',
  'process-ended',
  'process-created',
  'task-registered',
  'task-triggered',
  'task-started',
  'task-finished',
])
const wellKnown = new Set(['0x3e7', '0x3e4', '0x3e5', '0x3e3', '0x0'])

type Step = ChainShape['steps'][number]
const sessionOf = (step: Step): string | undefined => {
  const id = step.facts.logonId
  return id === undefined || wellKnown.has(id) ? undefined : id
}
/** The lane a step lies in. */
function laneOf(step: Step): string {
  if (systemRoles.has(step.role) || isSchedulerRecord(step.channel)) return 'system'
  if (step.role === 'log-cleared') return 'events'
  const session = sessionOf(step)
  return session ? `session ${session}` : step.facts.logonId ? 'session SYSTEM' : 'session none'
}

function sessionLanes(chain: ChainShape): Lane[] {
  const ids: string[] = []
  for (const step of chain.steps) {
    const lane = laneOf(step)
    if (lane.startsWith('session ') && !ids.includes(lane)) ids.push(lane)
  }
  const rank = (lane: string) =>
    lane === `session ${chain.source.logonId}` ? 0 : lane === `session ${chain.taskLogonId}` ? 1 : 2
  return ids
    .map((id, place) => ({ id, place }))
    .sort((a, b) => rank(a.id) - rank(b.id) || a.place - b.place)
    .map(({ id }) => sessionLane(id, chain))
}

function sessionLane(id: string, chain: ChainShape): Lane {
  const mine = chain.steps.filter((step) => laneOf(step) === id)
  const code = id === 'session none' || id === 'session SYSTEM' ? undefined : id.slice('session '.length)
  const ip = mine.find((step) => step.facts.ip)?.facts.ip
  const roles = new Set(mine.map((step) => step.role))
  const note = roles.has('rpc-logon')
    ? chain.path === 'atsvc-pipe'
      ? 'Pipe logon'
      : 'RPC logon'
    : roles.has('smb-logon') || roles.has('pipe-opened')
      ? 'SMB logon'
      : code
        ? 'Logon'
        : 'No logon id recorded'
  const isSource = code !== undefined && (code === chain.source.logonId || code === chain.taskLogonId)
  const local = chain.mechanism === 'local' || chain.mechanism === 'machine-managed'
  const name =
    ip ?? (id === 'session SYSTEM' ? 'SYSTEM' : local ? shortHost(chain.host) : 'No address recorded')
  return {
    id,
    kind: 'session',
    name: escapeLine(name),
    note,
    code,
    whose: isSource && !local ? 'source' : local ? 'host' : 'none',
    why: undefined,
  }
}

/** Everything of the chain that has a place in time. Nothing is left out here; folding is the layout's affair. */
export function drawingOf(chain: ChainShape): Drawing {
  const lanes: Lane[] = []
  const marks: Mark[] = []
  const anchorTime = parseUtc(chain.time)
  chain.source.rejected.forEach((source, place) => {
    const id = `rejected ${place}`
    const time = parseUtc(source.time)
    lanes.push({
      id,
      kind: 'rejected',
      name: escapeLine(source.ip),
      note: 'rejected',
      code: source.logonId ?? undefined,
      whose: 'none',
      why: escapeLine(source.why),
    })
    marks.push({
      ...lookOf('other-logon', 4624, {}, 'Security'),
      id: markId(source.citation),
      at: source.citation,
      lane: id,
      ms: time !== undefined && anchorTime !== undefined ? millisecondsBetween(anchorTime, time) : 0,
      time: source.time,
      role: 'rejected',
      eventId: 4624,
      channel: 'Security',
      what: `Logon from ${escapeLine(source.ip)}, rejected as the source`,
      rejected: true,
      isAnchor: false,
      parent: undefined,
    })
  })
  const hasEvents = chain.steps.some((step) => laneOf(step) === 'events')
  if (hasEvents)
    lanes.push({
      id: 'events',
      kind: 'events',
      name: escapeLine(shortHost(chain.host)),
      note: 'log and boot',
      code: undefined,
      whose: 'host',
      why: undefined,
    })
  lanes.push(...sessionLanes(chain))
  const system = chain.steps.filter((step) => laneOf(step) === 'system')
  if (system.length > 0) {
    const asSystem = system.every((step) => (step.facts.logonId ?? '0x3e7') === '0x3e7')
    const note = system.some((step) => isSchedulerRecord(step.channel)) ? 'scheduler, processes' : 'processes'
    lanes.push({
      id: 'system',
      kind: 'system',
      name: `${escapeLine(shortHost(chain.host))}${asSystem ? ', SYSTEM' : ''}`,
      note,
      code: undefined,
      whose: 'host',
      why: undefined,
    })
  }
  const anchor =
    chain.steps.find((step) => step.deltaMs === 0 && step.role === chain.kind) ??
    chain.steps.find((step) => step.deltaMs === 0)
  const parents = new Map(
    chain.links.filter((link) => link.rule === 'E5').map((link) => [markId(link.toAt), markId(link.fromAt)]),
  )
  for (const step of chain.steps) {
    const at = {
      evidenceId: step.evidenceId,
      recordId: step.recordId,
      chunk: step.chunk,
      offset: step.offset,
    }
    const id = markId(at)
    marks.push({
      ...lookOf(step.role, step.eventId, step.facts, step.channel),
      id,
      at,
      lane: laneOf(step),
      ms: step.deltaMs,
      time: step.time,
      role: step.role,
      eventId: step.eventId,
      channel: step.channel,
      what: escapeLine(step.what),
      rejected: false,
      isAnchor: step === anchor,
      parent: parents.get(id),
    })
  }
  const known = new Map(marks.map((mark) => [mark.id, mark]))
  const links = chain.links.flatMap((link, place): Link[] => {
    const from = known.get(markId(link.fromAt))
    const to = known.get(markId(link.toAt))
    if (!from || !to || from === to) return []
    return [
      {
        id: `${link.rule} ${from.id} ${to.id} ${place}`,
        rule: link.rule,
        from: from.id,
        to: to.id,
        strength: link.strength,
        why: escapeLine(link.why),
        deltaMs: link.deltaMs,
        words: linkWords(link.rule, link.deltaMs, from.role, to.role),
      },
    ]
  })
  marks.sort((a, b) => a.ms - b.ms || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  return { lanes, marks, links }
}
