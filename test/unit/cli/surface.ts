import type { Case, ChainDocument, Doors, ReadyIngest, Row } from '../../../src/cli/doors.ts'
import { runCli } from '../../../src/cli/run-cli.ts'
import type { Terminal } from '../../../src/cli/terminal.ts'

/** An open case of which only the folder matters. */
export const caseIn = (dir: string, close: () => void = () => {}): Case => ({ dir, close }) as Case

/** A command line run in memory: what it wrote, what it told, how it ended. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Where extends Partial<Terminal> {
  readonly doors?: Partial<Doors>
}

const closed: Doors = new Proxy({} as Doors, {
  get: (_, verb) => () => {
    throw new Error(`the test did not expect ${String(verb)} to be called`)
  },
})

export async function runInMemory(args: readonly string[], { doors, ...where }: Where = {}): Promise<Ran> {
  const ran = { out: '', err: '' }
  const terminal: Terminal = {
    write: async (text) => {
      ran.out += text
    },
    tell: (text) => {
      ran.err += text
    },
    isTerminal: false,
    stderrIsTerminal: false,
    stderrColumns: 100,
    columns: Number.POSITIVE_INFINITY,
    hasColor: false,
    env: {},
    cwd: '/case-work',
    signal: new AbortController().signal,
    ...where,
  }
  const usable: Doors = {
    ...Object.fromEntries((Object.keys(doorNames) as (keyof Doors)[]).map((verb) => [verb, closed[verb]])),
    isCaseFolder: () => false,
    openCase: async (dir) => caseIn(dir),
    createCase: async (dir) => caseIn(dir),
    readyIngest: async () => ({ stop: async () => {} }) as ReadyIngest,
    ...doors,
  } as Doors
  const code = await runCli(args, terminal, usable)
  return { code, ...ran }
}

const doorNames: Record<keyof Doors, true> = {
  isCaseFolder: true,
  createCase: true,
  openCase: true,
  queryCase: true,
  filledQueries: true,
  readyIngest: true,
  importEvidence: true,
  preflightHost: true,
  preflightHosts: true,
  acquireHost: true,
  acquireHosts: true,
  acquireFiles: true,
  readHosts: true,
  lastPlanOf: true,
  timelineSlice: true,
  chainsDocument: true,
  answersDocument: true,
  iocsDocument: true,
  chainId: true,
  addMark: true,
  allowDocument: true,
  listTasks: true,
  taskHosts: true,
  taskTroubles: true,
  dumpLogs: true,
  inspectLog: true,
  makeReport: true,
  printReport: true,
  exportCase: true,
  sealCase: true,
  verifyBundleFile: true,
  openBundle: true,
  makeReceipt: true,
  admitReceipt: true,
  ownKey: true,
  decryptBundleFile: true,
  casesFolder: true,
  findLeftovers: true,
  removeLeftovers: true,
  trustedSigners: true,
  addTrustedSigners: true,
  removeTrustedSigner: true,
  keysOfAgent: true,
  newKey: true,
  changePassphrase: true,
  summariseCase: true,
  practiceScenarios: true,
  writePractice: true,
  runServe: true,
}

/** A control other than a line break, or a mark that turns text round or hides. */
export const actsOnTerminal = /[[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]--[\n]]/v

/** `count` timeline rows, three to a tick, in total order. */
export function rowsOf(count: number, first = 0): readonly Row[] {
  return Array.from({ length: count }, (_, n) => {
    const index = first + n
    return {
      index,
      time: new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 3) * 1000).toISOString().replace('Z', '0000Z'),
      eventId: 4624,
      what: `Logon ${index}`,
      host: 'fs01',
      account: 'admmig',
      address: null,
      channel: 'Security',
      provider: 'Microsoft-Windows-Security-Auditing',
      citation: {
        evidenceId: 'ab'.repeat(32),
        recordId: String(1000 + index),
        chunk: 0,
        offset: 512 + index,
      },
      deltaMs: null,
      marks: [],
    }
  })
}

/** The door to these rows. */
export const slicesOf =
  (rows: readonly Row[]): Doors['timelineSlice'] =>
  (_open, _filter, from, count) => ({
    total: rows.length,
    all: rows.length,
    rows: rows.slice(from, from + count).map((row, n) => ({ ...row, index: from + n })),
  })

const somewhere = { evidenceId: 'ab'.repeat(32), recordId: '2004852', chunk: 0, offset: 512 }

/** A chain as the workflow gives it; every text can be replaced. */
export const chainOf = (changes: Partial<ChainDocument> = {}): ChainDocument => ({
  id: 'c0ffee',
  host: 'fs01.offsec.lan',
  kind: 'task-created',
  time: '2021-06-10T21:21:20.6560000Z',
  task: {
    path: '\\bouWFQYO',
    action: 'cmd.exe /C whoami',
    runAs: 'S-1-5-18',
    author: null,
    hidden: true,
    runLevel: 'HighestAvailable',
    trigger: 'Calendar',
    actionHash: null,
  },
  account: { sid: 'S-1-5-21-1-1111', name: 'admmig', domain: 'OFFSEC', basis: 'sid' },
  source: {
    ip: '10.23.123.11',
    port: 56594,
    host: null,
    hostBasis: null,
    logonId: '0x5a41984',
    basis: 'L3',
    strength: 'strong',
    candidates: [],
    rejected: [
      {
        ip: '10.23.23.9',
        port: null,
        logonId: '0x5a4175e',
        why: 'owns no atsvc access',
        citation: somewhere,
        time: '2021-06-10T21:21:20.6360299Z',
      },
    ],
  },
  taskLogonId: '0x5a419bc',
  path: 'atsvc-pipe',
  mechanism: 'remote-confirmed',
  mechanismWhy: 'the pipe atsvc was opened by the same account just before',
  mechanismCitations: [],
  executed: { answer: 'yes', why: 'its action was started by the Schedule service', citations: [] },
  deleted: { answer: 'unknown', why: 'deletion is not audited', citations: [] },
  runs: [],
  tree: { nodes: [], cut: false },
  files: [],
  cameFrom: [],
  wentTo: [],
  lookAlikes: [],
  steps: [
    {
      role: 'task-created',
      eventId: 4698,
      recordId: '2004852',
      time: '2021-06-10T21:21:20.6560000Z',
      deltaMs: 0,
      what: 'Task \\bouWFQYO created',
      channel: 'Security',
      computer: 'fs01.offsec.lan',
      evidenceId: somewhere.evidenceId,
      chunk: 0,
      offset: 512,
      facts: {},
      alsoAt: [],
    },
  ],
  links: [
    {
      rule: 'L3',
      from: '2004847',
      to: '2004852',
      fromAt: somewhere,
      toAt: somewhere,
      deltaMs: 20.349,
      strength: 'strong',
      fields: { sid: 'S-1-5-21-1-1111' },
      why: 'same account, 20 ms apart',
    },
  ],
  gaps: [
    {
      expected: '4624 with an address for 0x5a419bc',
      state: 'expected-absent',
      why: 'a second logon without an address',
      citations: [],
    },
  ],
  resembles: [{ tool: 'impacket atexec', because: ['random name of eight letters'], differs: [] }],
  ...changes,
})

export const chainsOf = (...chains: readonly ChainDocument[]) => ({
  schema: 'tasktrail-chains/1' as const,
  chains,
})
