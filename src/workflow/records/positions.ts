/** Where, in the records of one shape, the values stand that filters and facets ask for: by field name, once per shape. */
import type { Shape } from '../ingest/packed.ts'

export interface AccountPosition {
  /** index of the name, and of its domain; -1 when the shape has none */
  readonly name: number
  readonly domain: number
  readonly sid: number
  readonly target: boolean
}

export interface Positions {
  readonly accounts: readonly AccountPosition[]
  readonly address: readonly number[]
  readonly task: readonly number[]
  readonly process: readonly number[]
  readonly share: readonly number[]
  readonly logon: readonly number[]
}

const fieldNames = {
  address: [
    'IpAddress',
    'SourceIp',
    'DestinationIp',
    'SourceAddress',
    'DestAddress',
    'Address',
    'ClientAddress',
    'Param3',
  ],
  task: ['TaskName'],
  process: [
    'NewProcessName',
    'ParentProcessName',
    'ProcessName',
    'Image',
    'ParentImage',
    'CommandLine',
    'ParentCommandLine',
    'ActionName',
    'Path',
    'NewProcessId',
    'ProcessId',
    'ProcessID',
  ],
  share: ['ShareName', 'RelativeTargetName', 'ShareLocalPath'],
  logon: ['SubjectLogonId', 'TargetLogonId', 'TargetLinkedLogonId', 'LogonId'],
} as const

const accountFields: readonly (readonly [string, string, string, boolean])[] = [
  ['SubjectUserName', 'SubjectDomainName', 'SubjectUserSid', false],
  ['TargetUserName', 'TargetDomainName', 'TargetUserSid', true],
  ['AccountName', 'AccountDomain', 'UserSid', false],
  ['User', '', '', false],
  ['UserName', '', '', false],
  ['UserContext', '', '', false],
  ['Param1', 'Param2', '', false],
]

const known = new WeakMap<Shape, Positions>()

/** Worked out once for each shape. */
export function positionsOf(shape: Shape): Positions {
  const before = known.get(shape)
  if (before) return before
  const positions = findPositions(shape)
  known.set(shape, positions)
  return positions
}

function findPositions(shape: Shape): Positions {
  const at = (name: string) => (name === '' ? -1 : shape.names.indexOf(name))
  const all = (names: readonly string[]) => names.map(at).filter((index) => index >= 0)
  const accounts: AccountPosition[] = []
  for (const [name, domain, sid, target] of accountFields) {
    const position = { name: at(name), domain: at(domain), sid: at(sid), target }
    if (position.name >= 0 || position.sid >= 0) accounts.push(position)
  }
  return {
    accounts,
    address: all(fieldNames.address),
    task: all(fieldNames.task),
    process: all(fieldNames.process),
    share: all(fieldNames.share),
    logon: all(fieldNames.logon),
  }
}
