/** Checks `data/record/*`: the bundle's own account must agree with its manifests and with itself. */
import { verifyCustodyBytes } from '../evidence/custody-check.ts'
import type { Findings } from './findings.ts'
import type { BundleRecord, InventoryLine } from './records.ts'

export interface CheckedRecords {
  readonly bundle: BundleRecord | undefined
  readonly inventory: readonly InventoryLine[]
}

export interface RecordFiles {
  readonly bundle: Uint8Array | undefined
  readonly inventory: Uint8Array | undefined
  readonly custody: Uint8Array | undefined
}

const recordFolder = 'data/record/'

/** `digests`: the SHA-256 of each payload file as its manifest has it; `sizes`: as the archive declares them. */
export function checkRecords(
  files: RecordFiles,
  digests: ReadonlyMap<string, string>,
  sizes: ReadonlyMap<string, number>,
  findings: Findings,
): CheckedRecords {
  const bundle = files.bundle && checkBundleRecord(files.bundle, findings)
  const inventory = files.inventory ? checkInventory(files.inventory, digests, sizes, findings) : []
  if (files.custody) checkCustody(files.custody, findings)
  return { bundle, inventory }
}

function checkBundleRecord(bytes: Uint8Array, findings: Findings): BundleRecord | undefined {
  const path = `${recordFolder}bundle.json`
  const value = parseObject(bytes)
  if (!value) {
    findings.add('bad', 'RECORD_SYNTAX', path, 'Not one JSON object.')
    return undefined
  }
  if (value.schema !== 'tasktrail-bundle/1') {
    const isNewer = typeof value.schema === 'string' && /^tasktrail-bundle\/\d+$/.test(value.schema)
    const hint = isNewer ? 'Made by a newer Tasktrail: verify it with that version.' : null
    findings.add('bad', 'RECORD_SCHEMA', path, `Its schema is not tasktrail-bundle/1.`, hint)
    return undefined
  }
  const isWhole = isBundleRecord(value)
  if (!isWhole) {
    findings.add(
      'bad',
      'RECORD_SCHEMA',
      path,
      'A field is missing or of another type (bundleId, sealedAt, case, from, gaps, changesToHost).',
    )
    return undefined
  }
  return value as unknown as BundleRecord
}

function checkInventory(
  bytes: Uint8Array,
  digests: ReadonlyMap<string, string>,
  sizes: ReadonlyMap<string, number>,
  findings: Findings,
): readonly InventoryLine[] {
  const file = `${recordFolder}inventory.jsonl`
  const lines: InventoryLine[] = []
  const listed = new Set<string>()
  const ids = new Set<string>()
  let number = 0
  for (const raw of splitLines(bytes)) {
    number++
    const value = parseObject(raw)
    const isWhole = value !== undefined && isInventoryLine(value)
    if (!value || !isWhole) {
      findings.add('bad', 'RECORD_SYNTAX', file, `Line ${number} is not a line of the inventory.`)
      continue
    }
    const line = value as unknown as InventoryLine
    if (listed.has(line.path) || ids.has(line.id)) {
      findings.add('bad', 'INVENTORY_TWICE', line.path, `Line ${number} repeats an id or a path.`)
    }
    listed.add(line.path)
    ids.add(line.id)
    if (digests.get(line.path) !== line.sha256 || sizes.get(line.path) !== line.size) {
      findings.add(
        'bad',
        'INVENTORY_MISMATCH',
        line.path,
        'The inventory has another hash or size than the manifest.',
      )
    }
    lines.push(line)
  }
  for (const path of digests.keys()) {
    if (path.startsWith(recordFolder) || listed.has(path)) continue
    findings.add('bad', 'INVENTORY_MISSING', path, 'The inventory does not know this file.')
  }
  return lines
}

type Fields = Readonly<Record<string, unknown>>
const isText = (value: unknown) => typeof value === 'string'
const isTextOrNull = (value: unknown) => value === null || typeof value === 'string'
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Types of what a receiver goes by. Whoever made the file may have put anything there. */
function isBundleRecord(value: Fields): boolean {
  const { case: about, from, gaps } = value
  return (
    isText(value.bundleId) &&
    isText(value.sealedAt) &&
    isFields(about) &&
    [about.id, about.title, about.number].every(isText) &&
    typeof about.practice === 'boolean' &&
    isFields(from) &&
    [from.name, from.account, from.workstation].every(isText) &&
    Array.isArray(value.changesToHost) &&
    Array.isArray(gaps) &&
    gaps.every((gap) => isFields(gap) && [gap.what, gap.why, gap.code].every(isText))
  )
}

function isInventoryLine(value: Fields): boolean {
  const { origin } = value
  return (
    [value.id, value.path, value.kind, value.sha256].every(isText) &&
    Number.isSafeInteger(value.size) &&
    (value.class === 'evidence' || value.class === 'derived') &&
    (origin === null ||
      (isFields(origin) && isText(origin.name) && isText(origin.path) && isTextOrNull(origin.host)))
  )
}

function checkCustody(bytes: Uint8Array, findings: Findings): void {
  const path = `${recordFolder}custody.jsonl`
  const reading = verifyCustodyBytes(bytes)
  for (const finding of reading.findings) {
    findings.add('bad', finding.code, path, `Line ${finding.line}: ${finding.what}.`)
  }
  const last = reading.entries.at(-1)?.line
  if (last?.action !== 'sealed') {
    findings.add(
      'bad',
      'CUSTODY_END',
      path,
      'The journal does not end with the line that says it was sealed.',
    )
  }
}

function* splitLines(bytes: Uint8Array): Generator<Uint8Array> {
  let start = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    yield bytes.subarray(start, end)
    start = end + 1
  }
  if (start < bytes.length) yield bytes.subarray(start)
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
