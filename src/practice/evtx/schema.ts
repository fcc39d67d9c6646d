/**
 * What an event looks like: provider, System values and fields with Microsoft's names and types; and the templates made from it.
 * The outer template holds System and takes the event's own part as a nested fragment, as Windows 8 and later write it.
 */
import { createHash } from 'node:crypto'
import { attribute, type ElementNode, element, type TemplateDefinition, text, value } from './tree.ts'
import type { FieldType } from './value.ts'

export interface Provider {
  readonly name: string
  /** `{…}`; classic sources have none */
  readonly guid?: string
  /** set by providers that also have a classic name */
  readonly eventSourceName?: string
}

export type FieldList = readonly (readonly [name: string, type: FieldType])[]

export interface EventSchema {
  readonly provider: Provider
  readonly channel: string
  readonly eventId: number
  readonly version: number
  readonly level: number
  readonly opcode: number
  readonly task: number
  readonly keywords: bigint
  readonly qualifiers?: number
  /**
   * `event-data`: named Data elements, with EventData@Name when `name` is given · `user-data`: own element below UserData ·
   * `strings`: unnamed Data from the array field `Strings` and the field `Binary`, as classic sources write.
   */
  readonly shape:
    | { readonly kind: 'event-data'; readonly name?: string }
    | { readonly kind: 'user-data'; readonly name: string; readonly namespace: string }
    | { readonly kind: 'strings' }
  readonly fields: FieldList
}

/** The order of System values in the outer template, as in the logs of current Windows. */
export const systemTypes: readonly (FieldType | 'binxml')[] = [
  'u8', // 0 level
  'u8', // 1 opcode
  'u16', // 2 task
  'u16', // 3 event id
  'u16', // 4 qualifiers
  'hex64', // 5 keywords
  'filetime', // 6 time created
  'guid', // 7 activity id
  'u32', // 8 process id
  'u32', // 9 thread id
  'u64', // 10 event record id
  'u8', // 11 version
  'sid', // 12 user
  'guid', // 13 related activity id
  'string', // 14 provider
  'guid', // 15 provider guid
  'string', // 16 channel
  'binxml', // 17 the event's own part
]
export const innerPart = 17

export const eventNamespace = 'http://schemas.microsoft.com/win/2004/08/events/event'

const field = (name: string, index: number, type: FieldType) =>
  element(name, [], [value(index, type, true)], index)

/** `<Event>` of one computer; `wrapped` puts the event's own part below UserData. */
export function outerTree(computer: string, provider: Provider, wrapped: boolean): ElementNode {
  const own = value(innerPart, 'binxml', true)
  const providerAttributes = [
    attribute('Name', value(14, 'string', true)),
    attribute('Guid', value(15, 'guid', true)),
  ]
  if (provider.eventSourceName !== undefined) {
    providerAttributes.push(attribute('EventSourceName', text(provider.eventSourceName)))
  }
  const system = element(
    'System',
    [],
    [
      element('Provider', providerAttributes),
      element('EventID', [attribute('Qualifiers', value(4, 'u16', true))], [value(3, 'u16', true)], 3),
      field('Version', 11, 'u8'),
      field('Level', 0, 'u8'),
      field('Task', 2, 'u16'),
      field('Opcode', 1, 'u8'),
      field('Keywords', 5, 'hex64'),
      element('TimeCreated', [attribute('SystemTime', value(6, 'filetime', true))]),
      field('EventRecordID', 10, 'u64'),
      element('Correlation', [
        attribute('ActivityID', value(7, 'guid', true)),
        attribute('RelatedActivityID', value(13, 'guid', true)),
      ]),
      element('Execution', [
        attribute('ProcessID', value(8, 'u32', true)),
        attribute('ThreadID', value(9, 'u32', true)),
      ]),
      field('Channel', 16, 'string'),
      element('Computer', [], [text(computer)]),
      element('Security', [attribute('UserID', value(12, 'sid', true))]),
    ],
  )
  const namespace = attribute('xmlns', text(eventNamespace))
  return wrapped
    ? element('Event', [namespace], [system, element('UserData', [], [own], innerPart)])
    : element('Event', [namespace], [system, own], innerPart)
}

/** The event's own part: EventData, or the element below UserData. */
export function innerTree(schema: EventSchema): ElementNode {
  const { shape, fields } = schema
  if (shape.kind === 'strings') {
    return element(
      'EventData',
      [],
      [
        element('Data', [], [value(0, 'strings', true)], 0),
        element('Binary', [], [value(1, 'binary', true)], 1),
      ],
    )
  }
  if (shape.kind === 'user-data') {
    return element(
      shape.name,
      [
        attribute('xmlns:auto-ns3', text('http://schemas.microsoft.com/win/2004/08/events')),
        attribute('xmlns', text(shape.namespace)),
      ],
      fields.map(([name, type], index) => element(name, [], [value(index, type)])),
    )
  }
  return element(
    'EventData',
    shape.name === undefined ? [] : [attribute('Name', text(shape.name))],
    fields.map(([name, type], index) =>
      element('Data', [attribute('Name', text(name))], [value(index, type)]),
    ),
  )
}

/** Types of the values of the event's own part, in order. */
export const innerTypes = (schema: EventSchema): FieldList =>
  schema.shape.kind === 'strings'
    ? [
        ['Strings', 'strings'],
        ['Binary', 'binary'],
      ]
    : schema.fields

/** A definition whose GUID is a function of the tree: same event, same template in every log. */
export function defineTemplate(root: ElementNode): TemplateDefinition {
  const guid = new Uint8Array(createHash('sha256').update(JSON.stringify(root)).digest().subarray(0, 16))
  return { guid, root }
}
