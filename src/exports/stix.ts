/**
 * The case as a STIX 2.1 bundle (OASIS): what was observed, chain by chain, with the technique, and indicators for what the evidence
 * calls malicious. Values of other chains are observed and never an indicator: a receiver may block by those. Ids are of version 5,
 * those of observables as the standard derives them, so that two senders of one value give it one id.
 */
import { isIP } from 'node:net'
import { placeWords } from '../report/iocs-csv.ts'
import { uuid5 } from './ids.ts'
import { type ExportChain, type ExportSource, exhibitsOf } from './source.ts'

type StixObject = Readonly<Record<string, unknown>> & { readonly type: string; readonly id: string }

/** STIX 2.1 §2.9: namespace of observables' ids */
const observableNamespace = '00abedb4-aa42-466c-9c01-fed23315a9b7'
/** STIX 2.1 §7.2.1.4, given with its id and all */
const amber: StixObject = {
  type: 'marking-definition',
  spec_version: '2.1',
  id: 'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82',
  created: '2017-01-20T00:00:00.000Z',
  definition_type: 'tlp',
  name: 'TLP:AMBER',
  definition: { tlp: 'amber' },
}
const taskFolder = 'C:\\Windows\\System32\\Tasks'

/** A string inside a STIX pattern. */
const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`

interface Made {
  readonly objects: readonly StixObject[]
  /** the object that stands for the value */
  readonly main: StixObject
  /** how a receiver finds it elsewhere; undefined for accounts and hosts, which are the victim's own */
  readonly pattern?: string
}

function observable(type: string, contributing: Readonly<Record<string, unknown>>): StixObject {
  const sorted = Object.fromEntries(Object.entries(contributing).sort(([a], [b]) => (a < b ? -1 : 1)))
  const id = uuid5(JSON.stringify(sorted), observableNamespace)
  return { type, spec_version: '2.1', id: `${type}--${id}`, ...contributing, ...marked }
}
const marked = { object_marking_refs: [amber.id] }

function fileOf(path: string): Made {
  const cut = path.lastIndexOf('\\')
  const name = path.slice(cut + 1)
  if (cut <= 0 || name === '') {
    const main = observable('file', { name: name || path })
    return { objects: [main], main, pattern: `[file:name = ${quoted(name || path)}]` }
  }
  const directory = observable('directory', { path: path.slice(0, cut) })
  const main = observable('file', { name, parent_directory_ref: directory.id })
  const pattern = `[file:name = ${quoted(name)} AND file:parent_directory_ref.path = ${quoted(path.slice(0, cut))}]`
  return { objects: [directory, main], main, pattern }
}

/** How a value of the IOC table is said in STIX; undefined for values STIX has no object for. */
function madeOf(type: string, value: string, system: (name: string) => StixObject): Made | undefined {
  switch (type) {
    case 'IP Address': {
      const address = value.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
      const version = isIP(address)
      if (version === 0) return undefined
      const main = observable(`ipv${version}-addr`, { value: address })
      return { objects: [main], main, pattern: `[ipv${version}-addr:value = ${quoted(address)}]` }
    }
    case 'User Account': {
      const main = observable('user-account', { account_login: value })
      return { objects: [main], main }
    }
    case 'SID': {
      const main = observable('user-account', { user_id: value })
      return { objects: [main], main }
    }
    case 'Hostname':
    case 'Workstation Name': {
      const main = system(value)
      return { objects: [main], main }
    }
    case 'Scheduled Task Path':
      return fileOf(`${taskFolder}${value.startsWith('\\') ? '' : '\\'}${value}`)
    case 'File':
    case 'Process Name':
      return fileOf(value)
    case 'Command Line': {
      const id = `process--${uuid5(`process ${value}`)}`
      const main = { type: 'process', spec_version: '2.1', id, command_line: value, ...marked }
      return { objects: [main], main, pattern: `[process:command_line = ${quoted(value)}]` }
    }
    case 'URL': {
      const main = observable('url', { value })
      return URL.canParse(value)
        ? { objects: [main], main, pattern: `[url:value = ${quoted(value)}]` }
        : undefined
    }
    default:
      return undefined
  }
}

class StixCase {
  readonly #source: ExportSource
  readonly #exhibits: ReadonlyMap<string, string>
  readonly #made = new Map<string, StixObject>()
  readonly #us: StixObject
  readonly #time: { readonly created: string; readonly modified: string }

  constructor(source: ExportSource) {
    this.#source = source
    this.#exhibits = exhibitsOf(source)
    this.#time = { created: source.case.createdAt, modified: source.case.createdAt }
    this.#us = this.#identity(
      source.tool.name,
      'Rebuilds remote scheduled task creation from Windows evidence.',
    )
  }

  #domain(type: string, name: string, rest: Readonly<Record<string, unknown>>): StixObject {
    const id = `${type}--${uuid5(`${type} ${name}`)}`
    const by = this.#us === undefined ? {} : { created_by_ref: this.#us.id }
    return { type, spec_version: '2.1', id, ...this.#time, ...by, ...rest, ...marked }
  }

  #identity(name: string, description?: string): StixObject {
    return this.#domain('identity', name, {
      name,
      identity_class: 'system',
      ...(description && { description }),
    })
  }

  #keep(object: StixObject): StixObject {
    if (!this.#made.has(object.id)) this.#made.set(object.id, object)
    return object
  }

  all(): readonly StixObject[] {
    const { case: about, chains, iocs, outcomes } = this.#source
    this.#keep(this.#us)
    const technique = this.#keep(
      this.#domain('attack-pattern', 'T1053.005', {
        name: 'Scheduled Task/Job: Scheduled Task',
        external_references: [
          {
            source_name: 'mitre-attack',
            external_id: 'T1053.005',
            url: 'https://attack.mitre.org/techniques/T1053/005/',
          },
        ],
      }),
    )
    const malicious = new Set(
      chains.filter((_, at) => outcomes[at]?.outcome === 'escalate').map(({ id }) => id),
    )
    const ofChain = new Map<string, string[]>(chains.map(({ id }) => [id, []]))
    const unsaid: string[] = []
    const indicators: { readonly value: StixObject; readonly chains: readonly string[] }[] = []
    for (const row of iocs) {
      const made = madeOf(row.type, row.value, (name) => this.#identity(name))
      if (!made) {
        unsaid.push(`${row.type}: ${row.value}`)
        continue
      }
      for (const object of made.objects) this.#keep(object)
      // an identity is no observable, and stands in the report only
      for (const chain of row.chains)
        if (made.main.type !== 'identity') ofChain.get(chain)?.push(...made.objects.map(({ id }) => id))
      this.#note(`${row.type} ${row.value}`, row.context, made.main, row.citations)
      const bad = row.chains.filter((chain) => malicious.has(chain))
      if (made.pattern && bad.length > 0)
        indicators.push({
          chains: bad,
          value: this.#keep(
            this.#domain('indicator', `${about.id} ${made.pattern}`, {
              name: `${row.type}: ${row.value}`,
              description: `${row.context}. Seen in ${bad.length === 1 ? 'a chain' : `${bad.length} chains`} the evidence calls malicious.`,
              indicator_types: ['malicious-activity'],
              pattern: made.pattern,
              pattern_type: 'stix',
              valid_from: row.firstSeen ?? about.createdAt,
            }),
          ),
        })
    }
    const observed = new Map<string, StixObject>()
    for (const [at, chain] of chains.entries()) {
      const refs = [...new Set(ofChain.get(chain.id))]
      if (refs.length > 0) observed.set(chain.id, this.#observed(chain, refs, at))
    }
    for (const { value, chains: of } of indicators) {
      this.#relate(value, 'indicates', technique)
      for (const chain of of) {
        const data = observed.get(chain)
        if (data) this.#relate(value, 'based-on', data)
      }
    }
    const refs = [...this.#made.keys()]
    this.#keep(
      this.#domain('report', about.id, {
        name: about.number ? `${about.number}: ${about.title}` : about.title || about.id,
        description: [
          about.practice ? 'Practice case.' : '',
          `${chains.length} chains, ${malicious.size} of them malicious by the evidence.`,
          unsaid.length ? `Values STIX has no object for: ${unsaid.join('; ')}` : '',
        ]
          .filter(Boolean)
          .join(' '),
        report_types: ['observed-data', 'indicator'],
        published: about.createdAt,
        object_refs: refs,
      }),
    )
    return [amber, ...this.#made.values()]
  }

  #observed(chain: ExportChain, refs: readonly string[], at: number): StixObject {
    const times = chain.steps.map((step) => step.time).sort()
    const data = this.#keep(
      this.#domain('observed-data', chain.id, {
        first_observed: times[0] ?? chain.time,
        last_observed: times.at(-1) ?? chain.time,
        number_observed: Math.max(1, chain.steps.length),
        object_refs: refs,
      }),
    )
    const outcome = this.#source.outcomes[at]
    const what = `${chain.kind} on ${chain.host}, ${chain.mechanism}; evidence: ${outcome ? `${outcome.outcome} (${outcome.disposition})` : 'not judged'}`
    this.#note(`Chain ${chain.id}`, what, data, chain.steps)
    return data
  }

  /** Where it stands in the evidence. Observables have no place of their own for it. */
  #note(
    name: string,
    what: string,
    about: StixObject,
    places: ExportSource['iocs'][number]['citations'],
  ): void {
    this.#keep(
      this.#domain('note', `${about.id} ${name}`, {
        abstract: name,
        content: `${what}\n${places.map((place) => placeWords(place, this.#exhibits)).join('\n')}`,
        object_refs: [about.id],
        ...(places.length > 0 && {
          external_references: places.map((place) => ({
            source_name: 'tasktrail-citation',
            external_id: `${place.evidenceId}/${place.chunk}/${place.offset}`,
            description: placeWords(place, this.#exhibits),
          })),
        }),
      }),
    )
  }

  #relate(from: StixObject, how: string, to: StixObject): void {
    this.#keep(
      this.#domain('relationship', `${from.id} ${how} ${to.id}`, {
        relationship_type: how,
        source_ref: from.id,
        target_ref: to.id,
      }),
    )
  }
}

export function* stixBundle(source: ExportSource): Generator<string> {
  yield `{"type":"bundle","id":"bundle--${uuid5(`bundle ${source.case.id}`)}","objects":[`
  let between = '\n'
  for (const object of new StixCase(source).all()) {
    yield between + JSON.stringify(object)
    between = ',\n'
  }
  yield '\n]}\n'
}
