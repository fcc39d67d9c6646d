/** Puts the verifiers that need no Tasktrail beside a bundle. A convenience for the receiver, never a trust anchor. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeHashBeside } from '../archive/write-zip.ts'
import { diskRefusal } from '../base/disk-trouble.ts'

/** One file for plain Node, one for Windows PowerShell; both find the same. */
const names = ['verify.mjs', 'verify.ps1'] as const
/** Where the build puts them, from the sources and from the bundled entries. */
const places = ['../../out/standalone', '../standalone', '../../standalone']

export interface Verifier {
  readonly name: string
  readonly text: string
  /** of its bytes; told in the bundle */
  readonly sha256: string
}

/** The verifiers of this build; none when it was made without them. */
export async function ownVerifiers(): Promise<readonly Verifier[]> {
  const here = dirname(fileURLToPath(import.meta.url))
  const found: Verifier[] = []
  for (const name of names) {
    const source = places.map((place) => join(here, place, name)).find((path) => existsSync(path))
    if (!source) continue
    const text = await readFile(source, 'utf8')
    found.push({ name, text, sha256: createHash('sha256').update(text).digest('hex') })
  }
  return found
}

/**
 * Writes the verifiers into the folder; one of another version that lies there stays, and ours gets the bundle's name.
 * @returns their paths
 */
export async function placeVerifiers(
  folder: string,
  bundleName: string,
  verifiers: readonly Verifier[],
): Promise<readonly string[]> {
  const placed: string[] = []
  for (const verifier of verifiers) {
    for (const name of [verifier.name, `${bundleName}.${verifier.name}`]) {
      const target = join(folder, name)
      if (!existsSync(target)) await writeHashBeside(target, verifier.text)
      else {
        const there = await readFile(target, 'utf8').catch((error: unknown) => {
          throw diskRefusal(error, 'reading the verifier beside the bundle', target)
        })
        if (there !== verifier.text) continue
      }
      placed.push(target)
      break
    }
  }
  return placed
}
