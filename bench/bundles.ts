/** What is measured of bundles: sealing, checking and encrypting, apart from what a case has to find out first. */
import { createHash } from 'node:crypto'
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashFile } from '../src/archive/read-zip.ts'
import { type SealedEvidence, sealBundle } from '../src/bundle/seal.ts'
import { verifyBundle } from '../src/bundle/verify.ts'
import { encryptBundle } from '../src/workflow/encrypt-bundle.ts'
import { contentsOf, evidenceItem } from '../test/builders/sealed-bundle.ts'

/** A receiver nobody is: its private half was thrown away. */
export const benchRecipient = 'age1kvpn9qdeaw7faqk2698euxzw8x6hcp992ur0ue7l5artjnwvkczqm23l7x'
const fewBytes = 2000

/** The log as `times` items; or, with 0, 100,000 files of 2 kB. @returns the path of the bundle */
async function seal(outDir: string, path: string, times: number): Promise<string> {
  const id = times === 0 ? '' : readFileSync(`${path}.sha256`, 'utf8').slice(0, 64)
  const size = times === 0 ? 0 : statSync(path).size
  const evidence: readonly SealedEvidence[] =
    times === 0
      ? Array.from({ length: 100_000 }, (_, n) => small(n))
      : Array.from({ length: times }, (_, n) => ({
          ...evidenceItem(`Security${n}.evtx`, Buffer.alloc(0)),
          id,
          size,
          open: () => createReadStream(path, { highWaterMark: 1 << 20 }),
        }))
  mkdirSync(outDir, { recursive: true })
  return (await sealBundle(await contentsOf(outDir, { evidence }), { outDir })).path
}

function small(n: number): SealedEvidence {
  const bytes = () => Buffer.alloc(fewBytes, `file ${n} `)
  const item = evidenceItem(`small${n}.evtx`, Buffer.alloc(0))
  const open = async function* () {
    yield bytes()
  }
  return { ...item, id: createHash('sha256').update(bytes()).digest('hex'), size: fewBytes, open }
}

/** In a folder of its own, which goes. */
async function inScratch(work: (dir: string) => Promise<unknown>): Promise<undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'tasktrail-bench-bundle-'))
  try {
    await work(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  return undefined
}

export const bundleWorks = {
  seal: ([path = '', times = '1']: readonly string[]) => inScratch((dir) => seal(dir, path, Number(times))),
  async check([path = '']: readonly string[]) {
    const { report } = await verifyBundle(path)
    if (report.verdict !== 'VALID-UNSIGNED') throw new Error(`the bundle is ${report.verdict}`)
    return undefined
  },
  encrypt: ([path = '']: readonly string[]) =>
    inScratch(async (dir) => {
      const link = join(dir, 'X.zip')
      symlinkSync(path, link)
      await encryptBundle(link, { recipients: [benchRecipient] })
    }),
}

/** The bundle that is checked, made beforehand under `partial`; the hash of the log is kept beside the log. */
export async function makeBundle(path: string, times: number, partial: string): Promise<void> {
  const dir = `${partial}.making`
  rmSync(dir, { recursive: true, force: true })
  const made = await seal(dir, path, times)
  renameSync(made, partial)
  rmSync(dir, { recursive: true, force: true })
}

export const hashOfLog = (path: string): Promise<string> => hashFile(path)
