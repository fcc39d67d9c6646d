/** Puts the verifier that needs no Tasktrail beside a bundle. A convenience for the receiver, never a trust anchor. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeHashBeside } from '../archive/write-zip.ts'
import { diskRefusal } from '../base/disk-trouble.ts'

/** Where the build puts it, from the sources and from the bundled entries. */
const places = ['../../out/standalone/verify.mjs', '../standalone/verify.mjs', '../../standalone/verify.mjs']

/**
 * Writes `verify.mjs` into the folder; one of another version that lies there stays, and ours gets the bundle's name.
 * @returns its path, or null when this build has no such file
 */
export async function placeVerifier(folder: string, bundleName: string): Promise<string | null> {
  const here = dirname(fileURLToPath(import.meta.url))
  const source = places.map((place) => join(here, place)).find((path) => existsSync(path))
  if (!source) return null
  const text = await readFile(source, 'utf8')
  for (const name of ['verify.mjs', `${bundleName}.verify.mjs`]) {
    const target = join(folder, name)
    if (existsSync(target)) {
      const there = await readFile(target, 'utf8').catch((error: unknown) => {
        throw diskRefusal(error, 'reading the verifier beside the bundle', target)
      })
      if (there === text) return target
      continue
    }
    await writeHashBeside(target, text)
    return target
  }
  return null
}
