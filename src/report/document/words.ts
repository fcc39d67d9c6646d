/** Sentences of a report about one chain. They say no more than the chain does. */
import type { Citation } from '../../domain/locator.ts'
import type { Cell } from './blocks.ts'
import { quiet } from './blocks.ts'
import type { ReportChain } from './facts.ts'
import { durationWords } from './picture.ts'

const acts: Readonly<Record<ReportChain['kind'], string>> = {
  'task-created': 'was created',
  'task-updated': 'was changed',
  'task-enabled': 'was enabled',
  'task-disabled': 'was disabled',
  'task-deleted': 'was deleted',
  'task-ran': 'ran',
}
const ways: Readonly<Record<ReportChain['mechanism'], string>> = {
  'remote-confirmed': ' over the network',
  'remote-probable': ', probably over the network',
  local: ' on the host itself',
  'machine-managed': ' by the system or its management',
  undetermined: '; from where cannot be told',
}
export const stateWords: Readonly<Record<string, string>> = {
  'expected-absent': 'not expected there',
  'not-audited': 'not audited',
  'out-of-retention': 'older than the log',
  'filtered-out': 'filtered out of the export',
  'log-cleared': 'log cleared',
  'not-collected': 'not collected',
  'truly-absent': 'would have been recorded, is not there',
  unknown: 'not known',
  covered: 'covered',
}

/** "A hidden task was created on fs01 over the network, ran, and was deleted 23.0 ms later" */
export function headline(chain: ReportChain): string {
  const gone = chain.steps.find((step) => step.role === 'task-deleted')
  const rest: string[] = []
  if (chain.kind !== 'task-ran' && chain.executed.answer === 'yes') rest.push('ran')
  if (chain.kind !== 'task-deleted' && chain.deleted.answer === 'yes')
    rest.push(`was deleted${gone && gone.deltaMs > 0 ? ` ${durationWords(gone.deltaMs)} later` : ''}`)
  const tail = rest.length === 0 ? '' : rest.length === 1 ? ` and ${rest[0]}` : `, ${rest[0]} and ${rest[1]}`
  return `A ${chain.task.hidden ? 'hidden ' : ''}task ${acts[chain.kind]} on ${chain.host}${ways[chain.mechanism]}${tail}`
}

/** `2 items`, `1 item` */
export const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

export const accountOf = ({ account }: ReportChain): string =>
  account.name === null
    ? (account.sid ?? 'an account no record names')
    : account.domain === null
      ? account.name
      : `${account.domain}\\${account.name}`

/** Up to this many places stand in the text; answers.json and chains.json have all. */
const mostPlaces = 8

/** What a statement rests on, as its JSON has it. */
export interface Rests {
  readonly citations: readonly Citation[]
  /** records beyond those named */
  readonly moreCitations?: number | undefined
  /** places in evidence that is no log */
  readonly places?: readonly { readonly evidenceId: string; readonly offset: number }[] | undefined
}

/** `E0002 record 811936, 811939; E0001 record 66325` */
export function placesText(
  cites: readonly Citation[] | Rests,
  exhibits: ReadonlyMap<string, string>,
  most = mostPlaces,
): string {
  const rests: Rests = 'citations' in cites ? cites : { citations: cites }
  const places = rests.citations
  const byExhibit = new Map<string, string[]>()
  for (const place of places.slice(0, most)) {
    const exhibit = exhibits.get(place.evidenceId) ?? place.evidenceId.slice(0, 12)
    const known = byExhibit.get(exhibit) ?? []
    known.push(place.recovered ? `${place.recordId} (recovered)` : place.recordId)
    byExhibit.set(exhibit, known)
  }
  const told = [...byExhibit].map(([exhibit, ids]) => `${exhibit} record ${ids.join(', ')}`)
  for (const { evidenceId, offset } of rests.places ?? [])
    told.push(`${exhibits.get(evidenceId) ?? evidenceId.slice(0, 12)} byte ${offset}`)
  const more = Math.max(0, places.length - most) + (rests.moreCitations ?? 0)
  if (more > 0) told.push(`and ${more} more records`)
  return told.join('; ')
}

export const cited = (
  text: string,
  rests: readonly Citation[] | Rests,
  exhibits: ReadonlyMap<string, string>,
): Cell => {
  const places = placesText(rests, exhibits)
  return places ? [text, quiet(` [${places}]`)] : text
}

/** The words a person uses for what the chain's terms say. */
export const mechanismWords: Readonly<Record<ReportChain['mechanism'], string>> = {
  'remote-confirmed': 'over the network, confirmed',
  'remote-probable': 'over the network, probably',
  local: 'on the host itself',
  'machine-managed': 'by the system or its management',
  undetermined: 'from where cannot be told',
}
export const kindWords: Readonly<Record<ReportChain['kind'], string>> = {
  'task-created': 'created',
  'task-updated': 'changed',
  'task-enabled': 'enabled',
  'task-disabled': 'disabled',
  'task-deleted': 'deleted',
  'task-ran': 'ran',
}
export const pathWords: Readonly<Record<string, string>> = {
  'atsvc-pipe': 'the named pipe atsvc (SMB)',
  'rpc-tcp': 'RPC over TCP',
  local: 'a program on the host',
  winrm: 'remote PowerShell (WinRM)',
  wmi: 'WMI',
  gpo: 'Group Policy',
  service: 'a service of the host',
  'file-or-registry': 'file or registry, past the service',
  undetermined: 'a way the records do not tell',
}
export const answerWords = { yes: 'Yes', no: 'No', unknown: 'Cannot tell' } as const

/** The exact time, without the day when it is the day of `of`. */
export const timeOf = (utc: string, of: string): string =>
  utc.slice(0, 10) === of.slice(0, 10) ? utc.slice(11, -1) : utc.replace('T', ' ').slice(0, -1)

/** A time of a record without the digits nobody reads at a glance; the exact one stands in the timeline. */
export const shortTime = (utc: string): string => utc.replace('T', ' ').replace(/\.(\d{3})\d*Z$/, '.$1 UTC')
