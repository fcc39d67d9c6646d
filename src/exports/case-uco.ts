/**
 * The case in CASE 1.4 and UCO 1.4 as JSON-LD: exhibits with their hashes, and custody as investigative actions (bundle.md §5.7).
 * For laboratories; the bundle's own records stay the primary ones.
 */
import { uuid5 } from './ids.ts'
import type { ExportItem, ExportSource } from './source.ts'

const uco = (name: string) => `https://ontology.unifiedcyberontology.org/uco/${name}/`
const context = {
  kb: 'urn:uuid:',
  'case-investigation': 'https://ontology.caseontology.org/case/investigation/',
  'uco-action': uco('action'),
  'uco-core': uco('core'),
  'uco-identity': uco('identity'),
  'uco-observable': uco('observable'),
  'uco-tool': uco('tool'),
  'uco-types': uco('types'),
  xsd: 'http://www.w3.org/2001/XMLSchema#',
}
const at = (time: string) => ({ '@type': 'xsd:dateTime', '@value': time })
const ref = (name: string) => ({ '@id': `kb:${uuid5(name)}` })
const node = (name: string, type: string, rest: Readonly<Record<string, unknown>>) => ({
  ...ref(name),
  '@type': type,
  ...rest,
})

/** What a line of custody did to its items, in the words of the ontology's own examples. */
const purposes: Readonly<Record<string, string>> = {
  collected: 'collected',
  imported: 'preserved',
  sealed: 'sealed',
  released: 'custody-transfer',
  received: 'custody-transfer',
  'receipt-verified': 'custody-transfer',
}

function* nodes(source: ExportSource): Generator<object> {
  const { case: about, tool, evidence, custody } = source
  const exhibits = new Map(evidence.map((item) => [item.id, item]))
  const tools = node(`tool ${tool.name} ${tool.version}`, 'uco-tool:AnalyticTool', {
    'uco-core:name': tool.name,
    'uco-tool:version': tool.version,
  })
  yield tools
  const people = new Map<string, object>()
  for (const { actor } of custody)
    if (!people.has(actor)) {
      const person = node(`person ${actor}`, 'uco-identity:Person', { 'uco-core:name': actor })
      people.set(actor, person)
      yield person
    }
  for (const item of evidence) yield* exhibit(item, about.id)
  let before: { '@id': string } | undefined
  for (const line of custody) {
    const items = line.items.flatMap((id) => exhibits.get(id) ?? [])
    const action = node(`custody ${about.id} ${line.seq}`, 'case-investigation:InvestigativeAction', {
      'uco-core:name': purposes[line.action] ?? line.action,
      'uco-core:description': `custody line ${line.seq}, ${line.action}: ${line.note}`,
      'uco-action:startTime': at(line.at),
      'uco-action:performer': ref(`person ${line.actor}`),
      'uco-action:instrument': ref(`tool ${tool.name} ${tool.version}`),
      ...(items.length && {
        'uco-action:object': items.map((item) => ref(`file ${item.id}`)),
        'uco-action:result': items.map((item) => ref(`provenance ${about.id} ${item.id}`)),
      }),
      ...(before && { 'case-investigation:wasInformedBy': before }),
    })
    yield action
    before = { '@id': action['@id'] }
  }
  yield node(`investigation ${about.id}`, 'case-investigation:Investigation', {
    'uco-core:name': about.number ? `${about.number}: ${about.title}` : about.title || about.id,
    'uco-core:description': `${about.practice ? 'Practice case. ' : ''}Scheduled task creation via remote connection (ATT&CK T1053.005)`,
    'case-investigation:focus': 'T1053.005',
    'uco-core:object': [
      ...evidence.map((item) => ref(`provenance ${about.id} ${item.id}`)),
      ...custody.map((line) => ref(`custody ${about.id} ${line.seq}`)),
    ],
  })
}

function* exhibit(item: ExportItem, caseId: string): Generator<object> {
  const file = node(`file ${item.id}`, 'uco-observable:File', {
    'uco-core:hasFacet': [
      node(`file facet ${item.id}`, 'uco-observable:FileFacet', {
        'uco-observable:fileName': item.name.toWellFormed(),
        'uco-observable:filePath': item.origin.toWellFormed(),
        'uco-observable:sizeInBytes': { '@type': 'xsd:integer', '@value': String(item.size) },
      }),
      node(`content facet ${item.id}`, 'uco-observable:ContentDataFacet', {
        'uco-observable:hash': [
          node(`hash ${item.id}`, 'uco-types:Hash', {
            'uco-types:hashMethod': 'SHA256',
            'uco-types:hashValue': { '@type': 'xsd:hexBinary', '@value': item.id.toUpperCase() },
          }),
        ],
      }),
    ],
  })
  yield file
  yield node(`provenance ${caseId} ${item.id}`, 'case-investigation:ProvenanceRecord', {
    'case-investigation:exhibitNumber': item.exhibit,
    'uco-core:description': `${item.kind}${item.host ? ` of ${item.host}` : ''}, ${item.records} records`,
    'uco-core:object': { '@id': file['@id'] },
    ...(item.admittedAt && { 'uco-core:objectCreatedTime': at(item.admittedAt) }),
  })
}

export function* caseUco(source: ExportSource): Generator<string> {
  yield `{"@context":${JSON.stringify(context)},"@graph":[`
  let between = '\n'
  for (const one of nodes(source)) {
    yield between + JSON.stringify(one)
    between = ',\n'
  }
  yield '\n]}\n'
}
