import { existsSync } from 'node:fs'

/**
 * The entry `name` as a file to start: `name.ts` beside the source that asks (tests run the sources), or the
 * bundled `name.js`, which lies beside the asking entry or, when the asking code was put into a shared chunk,
 * one folder up.
 * @param asking `import.meta.url` of the module that asks
 */
export function entryBeside(asking: string, name: string): URL {
  if (asking.endsWith('.ts')) return new URL(`./${name}.ts`, asking)
  const places = ['./', '../'].map((folder) => new URL(`${folder}${name}.js`, asking))
  const found = places.find((place) => existsSync(place))
  if (!found) throw new Error(`${name}.js is not part of this build (looked beside ${asking})`)
  return found
}
