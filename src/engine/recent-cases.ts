// The list of cases opened lately: a convenience, never evidence. Whatever is wrong with the file, the list is
// then shorter and everything else goes on.
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'

/** Entries kept, newest first. */
export const mostRecent = 20
/** Far above what twenty entries take; a larger file is not ours. */
const longestFileBytes = 1 << 20

export interface RecentCase {
  /** full path of the case folder */
  readonly dir: string
  readonly title: string
  /** ISO 8601, UTC */
  readonly openedAt: string
}

const longestPath = 4096
const longestTitle = 200

/** The entry in `found`, taken over field by field, or undefined when it is not one that we write. */
function entryOf(found: unknown): RecentCase | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  const { dir, title, openedAt } = found as Readonly<Record<string, unknown>>
  if (typeof dir !== 'string' || dir.length > longestPath || !isAbsolute(dir)) return undefined
  if (typeof title !== 'string' || title.length > longestTitle) return undefined
  if (typeof openedAt !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]{8,18}Z$/.test(openedAt)) return undefined
  return { dir, title, openedAt }
}

export class RecentCases {
  readonly #settings: string
  #last: Promise<void> = Promise.resolve()
  constructor(settingsFolder: string) {
    this.#settings = settingsFolder
  }
  get #path(): string {
    return join(this.#settings, 'recent-cases.json')
  }

  /** Newest first; entries that are not what we write are left out. */
  async read(): Promise<RecentCase[]> {
    try {
      const { size } = await stat(this.#path)
      if (size > longestFileBytes) return []
      const found: unknown = JSON.parse(await readFile(this.#path, 'utf8'))
      if (!Array.isArray(found)) return []
      return found
        .slice(0, mostRecent)
        .map(entryOf)
        .filter((entry) => entry !== undefined)
    } catch {
      return []
    }
  }

  /** The list as the window shows it: with whether the folder is still there. */
  async list(): Promise<(RecentCase & { exists: boolean })[]> {
    const entries = await this.read()
    return Promise.all(
      entries.map(async (entry) => ({
        ...entry,
        exists: await stat(entry.dir).then(
          (found) => found.isDirectory(),
          () => false,
        ),
      })),
    )
  }

  /** Puts a case first. Calls are taken one after the other; a list that can not be written is an error. */
  note(entry: RecentCase): Promise<void> {
    this.#last = this.#last.catch(() => {}).then(() => this.#write(entry))
    return this.#last
  }

  async #write(entry: RecentCase): Promise<void> {
    const others = (await this.read()).filter((other) => other.dir !== entry.dir)
    const list = [{ ...entry, title: entry.title.slice(0, longestTitle) }, ...others].slice(0, mostRecent)
    await mkdir(this.#settings, { recursive: true, mode: 0o700 })
    const draft = `${this.#path}.${randomBytes(6).toString('hex')}`
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(list, null, 2)}\n`)
    } finally {
      await file.close()
    }
    await rename(draft, this.#path).catch(async (error: unknown) => {
      await rm(draft, { force: true })
      throw error
    })
  }
}
