/** One sealed bundle, the ways to change it so that only one thing is wrong, and what the verifier decides on. */
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ownSigningKey } from '../../../src/bundle/keys.ts'
import { sealBundle } from '../../../src/bundle/seal.ts'
import type { AllowedSigner } from '../../../src/bundle/sshsig.ts'
import { type VerifyReport, verifyBundle } from '../../../src/bundle/verify.ts'
import { contentsOf, Unpacked, writeWithSidecar } from '../../builders/sealed-bundle.ts'
import { type Asked, differences } from './power-shell.ts'
import { haveStandalone, standaloneReport } from './standalone.ts'

export const folder = mkdtempSync(join(tmpdir(), 'tamper-'))
export const cleanUp = () => rmSync(folder, { recursive: true, force: true })

export const key = await ownSigningKey({ folder: join(folder, 'key') })
/** path of the untouched bundle, and its bytes */
export const sealed = (
  await sealBundle(await contentsOf(folder), { outDir: folder, key, principal: 'jdoe@JUMP-01' })
).path
export const original = readFileSync(sealed)
const nothing = { namespaces: undefined, validAfter: undefined, validBefore: undefined }
const allowed: readonly AllowedSigner[] = [{ identity: 'jdoe@JUMP-01', blob: key.signer.blob, ...nothing }]

export const unpacked = () => Unpacked.of(sealed)
let count = 0
export const nextPath = () => join(folder, `case-${count++}.zip`)
const allowedFile = join(folder, 'allowed_signers')
writeFileSync(allowedFile, `jdoe@JUMP-01 ${key.signer.line}\n`)
const seen: (Asked & { readonly report: VerifyReport })[] = []
/** Where verify.ps1 finds anything else in a bundle that `verify` was given so far. */
export const powerShellDifferences = () => differences(seen)
/** What the product finds; the verifier that lies beside bundles must find the same, word for word. */
export const verify = async (
  path: string,
  more: {
    readonly ticketSha256?: string
    readonly allowedSigners?: readonly []
    /** a PEM file */
    readonly timeStampRoots?: string
  } = {},
): Promise<VerifyReport> => {
  const roots = more.timeStampRoots && [new X509Certificate(readFileSync(more.timeStampRoots))]
  const { report } = await verifyBundle(path, {
    allowedSigners: allowed,
    ...more,
    timeStampRoots: roots || [],
  })
  const allowedSigners = more.allowedSigners ? undefined : allowedFile
  seen.push({
    path,
    allowedSigners,
    ticketSha256: more.ticketSha256,
    timeStampRoots: more.timeStampRoots,
    report,
  })
  if (haveStandalone) {
    const ticket = more.ticketSha256 === undefined ? [] : ['--ticket-sha256', more.ticketSha256]
    const signers = more.allowedSigners ? [] : ['--allowed-signers', allowedFile]
    const rootsFile = more.timeStampRoots === undefined ? [] : ['--tsa-roots', more.timeStampRoots]
    expect(standaloneReport([path, ...signers, ...ticket, ...rootsFile])).toEqual(report)
  }
  return report
}
export const verifyBag = async (bag: Unpacked) => verify(bag.write(nextPath()))
export const verifyBytes = async (bytes: Uint8Array) => verify(writeWithSidecar(nextPath(), bytes))
/** Codes of findings that decide, with their paths. */
export const decisive = (report: VerifyReport) =>
  report.findings
    .filter((finding) => finding.severity !== 'warning' && finding.severity !== 'note')
    .map((finding) => (finding.path ? `${finding.code} ${finding.path}` : finding.code))

/** The signature taken away. */
export function unsigned(bag: Unpacked): Unpacked {
  bag.files.delete('signatures/tagmanifest-sha256.txt.sig')
  return bag
}

/** One more line in a manifest, and what follows from it made anew. */
export function addLine(bag: Unpacked, file: string, line: string): Unpacked {
  return resealTags(bag.set(file, `${bag.text(file)}${line}\n`))
}

/** Tag manifests made anew, the manifests left as they are. */
export function resealTags(bag: Unpacked): Unpacked {
  for (const name of ['sha256', 'sha512']) {
    const file = `tagmanifest-${name}.txt`
    const lines = bag
      .text(file)
      .trimEnd()
      .split('\n')
      .map((line) => `${hashOf(name, bag.bytes(line.split('  ')[1] ?? ''))}  ${line.split('  ')[1]}\n`)
    bag.set(file, lines.join(''))
  }
  return unsigned(bag)
}

/** One payload file's lines in the manifests made anew, and everything that follows from it. */
export function rehash(bag: Unpacked, path: string): Unpacked {
  for (const name of ['sha256', 'sha512']) {
    const file = `manifest-${name}.txt`
    const lines = bag.text(file).split('\n')
    bag.set(
      file,
      lines
        .map((line) => (line.endsWith(`  ${path}`) ? `${hashOf(name, bag.bytes(path))}  ${path}` : line))
        .join('\n'),
    )
  }
  return resealTags(bag)
}

const hashOf = (name: string, bytes: Uint8Array) => createHash(name).update(bytes).digest('hex')
export const hash512 = (text: string) => hashOf('sha512', Buffer.from(text))
