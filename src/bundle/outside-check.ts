/** What can be said of a bundle's file before it is looked into: its hash, the hash files beside it, the hash in the ticket. */
import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { type ByteSource, bytesOf } from '../archive/byte-source.ts'
import { hashFile } from '../archive/read-zip.ts'
import { systemErrorCode } from '../base/disk-trouble.ts'
import { Cancelled } from '../base/refusal.ts'
import type { Findings } from './findings.ts'

export interface OutsideOptions {
  readonly ticketSha256?: string | undefined
  readonly sidecar?: boolean
  readonly plain?: (() => Promise<ByteSource>) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What files that are no ZIP begin with, and what to do with each. */
const otherFiles: readonly (readonly [start: string, what: string])[] = [
  [
    'age-encryption.org/v1',
    'It is encrypted (age): decrypt it with the key it was sent for, then check the ZIP that comes out.',
  ],
  [
    '-----BEGIN AGE ENCRYPTED FILE-----',
    'It is encrypted (age): decrypt it with the key it was sent for, then check the ZIP that comes out.',
  ],
  ['7z\xbc\xaf\x27\x1c', 'It is a 7-Zip archive, not a bundle.'],
  ['Rar!', 'It is a RAR archive, not a bundle.'],
  ['\x1f\x8b', 'It is gzip data, not a bundle.'],
  ['ElfFile\0', 'It is a Windows event log, not a bundle: import it as evidence.'],
  ['EVF\t\r\n\xff', 'It is a disk image (E01), not a bundle.'],
  ['{', 'It is text, perhaps JSON, not a bundle.'],
]
const cutHint = 'Probably an incomplete copy: copy it again and compare size and hash with the sender.'

/** What a file that is no ZIP may be instead, in words. */
export async function notZipHint(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0)
    const start = buffer.subarray(0, bytesRead).toString('latin1')
    return otherFiles.find(([known]) => start.startsWith(known))?.[1] ?? cutHint
  } finally {
    await file.close()
  }
}

/** The hash file beside the ZIP and the hash in the ticket. */
export async function checkOutside(
  path: string,
  zipSha256: string,
  options: OutsideOptions,
  findings: Findings,
): Promise<void> {
  const ticket = options.ticketSha256?.trim().toLowerCase()
  if (ticket !== undefined && ticket !== zipSha256) {
    const hint = 'Do not use this file. Ask the sender for the bundle again, by another way.'
    findings.add('bad', 'TICKET_HASH_MISMATCH', null, 'The file does not have the hash of the ticket.', hint)
  }
  if (options.sidecar === false) return
  const isEncrypted = options.plain !== undefined
  const plainText = isEncrypted ? await hashBeside(path.replace(/\.age$/i, '')) : undefined
  if (plainText !== undefined && !tells(plainText, zipSha256)) outerMismatch(findings)
  const text = await hashBeside(path)
  const sum = isEncrypted && text !== undefined ? await hashFile(path, { signal: options.signal }) : zipSha256
  if (text === undefined) {
    const what = 'There is no .sha256 file beside the bundle; a bundle is complete only with it.'
    findings.add(
      'warning',
      'NO_SIDECAR',
      null,
      what,
      'Compare the hash of the file with the one in the ticket.',
    )
  } else if (!tells(text, sum)) outerMismatch(findings)
}

const hashBeside = (path: string) =>
  readFile(`${path}.sha256`, 'latin1').catch((error: unknown) => {
    if (systemErrorCode(error) !== undefined) return undefined
    throw error
  })
const tells = (text: string, sum: string) =>
  /^([0-9a-fA-F]{64})(?:\s|$)/.exec(text)?.[1]?.toLowerCase() === sum

function outerMismatch(findings: Findings): void {
  const what = 'The file does not have the hash the .sha256 file beside it tells.'
  const hint = 'It was changed, packed anew or copied incompletely since it was sealed.'
  findings.add('bad', 'OUTER_HASH_MISMATCH', null, what, hint)
}

export async function hashOf(place: string | ByteSource, signal: AbortSignal | undefined): Promise<string> {
  if (typeof place === 'string') return hashFile(place, { signal })
  const hash = createHash('sha256')
  for await (const block of bytesOf(place)) {
    if (signal?.aborted) throw new Cancelled()
    hash.update(block)
  }
  return hash.digest('hex')
}
