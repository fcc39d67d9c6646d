/**
 * The IOC table as one MISP event (MISP core format), its citations in the comments. Only values of chains the evidence calls malicious
 * are marked for detection (`to_ids`); what is the victim's own never is. Nothing is published by importing it.
 */
import { isIP } from 'node:net'
import { placeWords } from '../report/iocs-csv.ts'
import { uuid5 } from './ids.ts'
import { type ExportSource, exhibitsOf } from './source.ts'

interface Form {
  readonly type: string
  readonly category: string
  /** worth looking for elsewhere */
  readonly detects: boolean
  readonly value?: string
}

function formOf(type: string, value: string): Form {
  switch (type) {
    case 'IP Address': {
      const address = value.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
      if (isIP(address) === 0) break
      return { type: 'ip-src', category: 'Network activity', detects: true, value: address }
    }
    case 'Hostname':
    case 'Workstation Name':
      return { type: 'target-machine', category: 'Targeting data', detects: false }
    case 'User Account':
    case 'SID':
      return { type: 'target-user', category: 'Targeting data', detects: false }
    case 'Scheduled Task Name':
    case 'Scheduled Task Path':
      return { type: 'windows-scheduled-task', category: 'Artifacts dropped', detects: true }
    case 'File':
    case 'Process Name':
      return { type: 'filename', category: 'Artifacts dropped', detects: type === 'File' }
    case 'URL':
      return { type: 'url', category: 'Network activity', detects: true }
  }
  return { type: 'text', category: 'Other', detects: false }
}

/** MISP keeps six digits; the comment names the records, which have all of them. */
const microseconds = (utc: string): string => `${utc.slice(0, 26)}+00:00`
const seconds = (utc: string): string => String(Math.max(0, Math.floor(Date.parse(utc) / 1000)))

export function* mispEvent(source: ExportSource): Generator<string> {
  const { case: about, chains, outcomes, iocs } = source
  const exhibits = exhibitsOf(source)
  const malicious = new Set(
    chains.filter((_, at) => outcomes[at]?.outcome === 'escalate').map(({ id }) => id),
  )
  const first = chains[0]?.time ?? about.createdAt
  const event = {
    uuid: uuid5(`misp ${about.id}`),
    info: `${about.practice ? 'PRACTICE CASE: ' : ''}${about.number ? `${about.number}: ` : ''}${about.title || 'Scheduled task creation via remote connection'}`,
    date: first.slice(0, 10),
    timestamp: seconds(about.createdAt),
    // 1 high, 4 undefined; 1: the analysis goes on
    threat_level_id: malicious.size > 0 ? '1' : '4',
    analysis: '1',
    // 0: your organisation only; whoever imports it decides whom else to tell
    distribution: '0',
    published: false,
    Tag: [{ name: 'tlp:amber' }, { name: 'misp-galaxy:mitre-attack-pattern="Scheduled Task - T1053.005"' }],
  }
  yield `{"Event":${JSON.stringify(event).slice(0, -1)},"Attribute":[`
  let between = '\n'
  for (const row of iocs) {
    const { type, category, detects, value = row.value } = formOf(row.type, row.value)
    const attribute = {
      uuid: uuid5(`misp ${about.id} ${row.type} ${row.value}`),
      type,
      category,
      value,
      to_ids: detects && row.chains.some((chain) => malicious.has(chain)),
      disable_correlation: false,
      distribution: '5',
      timestamp: seconds(about.createdAt),
      ...(row.firstSeen !== null && { first_seen: microseconds(row.firstSeen) }),
      ...(row.lastSeen !== null && { last_seen: microseconds(row.lastSeen) }),
      comment: `${row.type}: ${row.context}. ${row.citations.map((place) => placeWords(place, exhibits)).join('; ')}`,
    }
    yield between + JSON.stringify(attribute)
    between = ',\n'
  }
  yield '\n]}}\n'
}
