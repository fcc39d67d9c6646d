/** The texts of a bag, pure: bundle.json, bag-info.txt, manifests, numbering. */
import type { SealContents, SealedEvidence } from './contents.ts'
import { slug } from './path-rules.ts'
import type { BundleHost, BundleRecord, InventoryLine } from './records.ts'

/** A file that went into the bag. */
export interface WrittenFile {
  readonly path: string
  readonly size: number
  readonly sha256: string
  readonly sha512: string
}

export function bundleRecord(
  contents: SealContents,
  hosts: readonly BundleHost[],
  inventory: readonly InventoryLine[],
): BundleRecord {
  const evidence = contents.evidence.length
  const payloadBytes = inventory.reduce((sum, line) => sum + line.size, 0)
  return {
    schema: 'tasktrail-bundle/1',
    bundleId: contents.bundleId,
    sealedAt: contents.sealedAt.toISOString(),
    supersedes: contents.supersedes ?? null,
    case: {
      ...contents.case,
      alert: 'Scheduled task creation via remote connection',
      techniques: ['T1053.005'],
      authority: contents.case.number,
      severity: 'high',
      marking: 'TLP:AMBER',
    },
    from: {
      role: 'IR Tier 1',
      ...contents.from,
      organisation: contents.from.organisation ?? null,
      contact: contents.from.contact ?? null,
    },
    to: { team: contents.to },
    reason: contents.purpose === '' ? [] : [contents.purpose],
    tool: contents.tool,
    hosts,
    window: contents.window,
    collection: contents.collection ?? {
      method: 'offline-import',
      account: contents.from.account,
      startedAt: null,
      endedAt: null,
    },
    changesToHost: contents.changesToHost,
    gaps: contents.gaps.map((gap) => ({ ...gap, hostId: hostOf(gap.what, hosts)?.id ?? null })),
    counts: { evidence, derived: inventory.length - evidence, payloadBytes },
    containsPersonalData: true,
    containsLiveMalware: false,
  }
}

export function bagInfoText(contents: SealContents, payload: readonly WrittenFile[]): string {
  const bytes = payload.reduce((sum, file) => sum + file.size, 0)
  const number = contents.case.number || contents.case.id
  const fields: readonly (readonly [string, string])[] = [
    ['BagIt-Profile-Identifier', 'urn:tasktrail:bundle:1'],
    ['Source-Organization', contents.from.organisation || contents.from.workstation],
    ['Contact-Name', contents.from.name],
    ...(contents.from.contact?.includes('@') ? [['Contact-Email', contents.from.contact] as const] : []),
    ['External-Description', contents.case.title],
    ['External-Identifier', number],
    ['Bag-Group-Identifier', number],
    ['Bag-Count', '1 of 1'],
    ['Internal-Sender-Identifier', contents.bundleId],
    ['Internal-Sender-Description', contents.purpose],
    ['Bagging-Date', contents.sealedAt.toISOString().slice(0, 10)],
    ['Bag-Size', sizeInWords(bytes)],
    ['Payload-Oxum', `${bytes}.${payload.length}`],
    ['Bag-Software-Agent', `${contents.tool.name} ${contents.tool.version}`],
  ]
  return fields.map(([name, value]) => `${name}: ${oneLine(value)}\n`).join('')
}

export const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
/** Exhibits are numbered in this order, whatever order they were admitted in. */
export const byPlace = (a: SealedEvidence, b: SealedEvidence) =>
  order(a.host ?? '', b.host ?? '') || order(a.kind, b.kind) || order(a.name, b.name) || order(a.id, b.id)

/** The host a gap speaks of: the one its place begins with. */
const hostOf = (what: string, hosts: readonly BundleHost[]) =>
  hosts.find(({ name }) =>
    new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:$|[\\\\/:, ])`, 'i').test(what),
  )

/** @param exhibits evidence id → number in this bundle */
export function numberedHosts(
  contents: SealContents,
  exhibits: ReadonlyMap<string, string> = new Map(),
): readonly BundleHost[] {
  const known = new Map<string, SealContents['hosts'][number]>(
    contents.hosts.map((host) => [host.name, host]),
  )
  for (const { host } of contents.evidence) {
    if (host !== null && !known.has(host))
      known.set(host, { name: host, timezone: null, utcOffsetMinutes: null })
  }
  return [...known.values()]
    .sort((a, b) => order(a.name, b.name))
    .map(({ auditEvidence, ...host }, index) => ({
      id: `H${index + 1}`,
      ...host,
      ips: host.ips ?? [],
      os: host.os ?? null,
      clock: host.clock ?? null,
      auditPolicy: (auditEvidence !== undefined && exhibits.get(auditEvidence)) || null,
    }))
}

export function manifestText(files: readonly WrittenFile[], hash: 'sha256' | 'sha512'): string {
  return [...files]
    .sort((a, b) => order(a.path, b.path))
    .map((file) => `${file[hash]}  ${file.path}\n`)
    .join('')
}

export const jsonLines = (values: readonly unknown[]) =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('')
/** For tag files read by people: one line, whatever the value holds. */
export const oneLine = (text: string) =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()

/** `ir-jdoe@JUMP-01`: who a key stands for when nobody says otherwise. */
export function principalOf(from: SealContents['from']): string {
  const account = from.account.replace(/^.*\\/, '')
  return `${slug(account, 'operator')}@${slug(from.workstation, 'workstation')}`
}

function sizeInWords(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}
