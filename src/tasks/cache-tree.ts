/** TaskCache as a whole: the keys `Tree` and `Tasks` brought together, one entry per task, oddities kept. */

/** A registry key, wherever it was read: from a hive, or as the collector brought it. */
export interface CacheKey {
  readonly name: string
  /** FILETIME in UTC; undefined where the way of reading does not tell */
  readonly lastWritten: bigint | undefined
  /** byte offset in the hive, for citations */
  readonly offset?: number | undefined
  subkeys(): Iterable<CacheKey>
  /** @param wanted names in capitals; others need not be read */
  values(
    wanted?: ReadonlySet<string>,
  ): Iterable<{ readonly name: string; readonly type: number; readonly bytes: Uint8Array }>
}

export interface TaskCacheEntry {
  /** as in `Tree`, else as `Tasks\{…}\Path` says: `\Folder\Name` */
  readonly path: string
  /** `{…}`; undefined when the Tree key has none */
  readonly id: string | undefined
  readonly tree:
    | {
        readonly hasSecurityDescriptor: boolean
        readonly index: number | undefined
        readonly lastWritten: bigint | undefined
        readonly offset: number | undefined
      }
    | undefined
  readonly task:
    | {
        readonly path: string | undefined
        readonly uri: string | undefined
        readonly author: string | undefined
        readonly date: string | undefined
        readonly hash: Uint8Array | undefined
        readonly actions: Uint8Array | undefined
        readonly dynamicInfo: Uint8Array | undefined
        readonly lastWritten: bigint | undefined
        readonly offset: number | undefined
      }
    | undefined
}

const mostTasks = 200_000
const deepest = 64
/** keys read in all: a hostile hive may lead in circles, where depth alone bounds nothing */
const mostKeys = 1_000_000
/** bytes of values kept in all, and of one value; real ones are some hundred bytes */
const mostBytes = 192 << 20
const largestValue = 1 << 20
const treeValues: ReadonlySet<string> = new Set(['ID', 'INDEX', 'SD'])
const taskValues: ReadonlySet<string> = new Set('PATH URI AUTHOR DATE HASH ACTIONS DYNAMICINFO'.split(' '))

/**
 * Reads the key `…\Schedule\TaskCache`. Sorted by path, then id; `cut` when there are more tasks than anyone has.
 * A folder of tasks is a Tree key without an id and without a task of its own: it is no entry.
 */
export function readTaskCache(cache: CacheKey): {
  readonly entries: readonly TaskCacheEntry[]
  readonly cut: boolean
  /** keys that are there */
  readonly hasTree: boolean
  readonly hasTasks: boolean
} {
  const parts = new Map<string, CacheKey>()
  for (const key of cache.subkeys()) {
    const name = key.name.toUpperCase()
    if ((name === 'TREE' || name === 'TASKS') && !parts.has(name)) parts.set(name, key)
  }
  const tasks = new Map<string, NonNullable<TaskCacheEntry['task']>>()
  let cut = false
  let bytes = 0
  let keys = 0
  for (const key of parts.get('TASKS')?.subkeys() ?? []) {
    if (tasks.size === mostTasks || bytes > mostBytes || ++keys > mostKeys) {
      cut = true
      break
    }
    const values = valuesOf(key, taskValues)
    for (const value of values.values()) bytes += value.length
    tasks.set(key.name.toUpperCase(), taskOf(key, values))
  }
  const entries: TaskCacheEntry[] = []
  const referenced = new Set<string>()
  const visit = (key: CacheKey, path: string, depth: number): void => {
    if (entries.length >= mostTasks || depth > deepest) {
      cut = true
      return
    }
    const values = valuesOf(key, treeValues)
    const id = textOf(values.get('ID'))
    const children: CacheKey[] = []
    for (const child of key.subkeys()) {
      if (++keys > mostKeys) {
        cut = true
        break
      }
      children.push(child)
    }
    if (depth > 0 && (id !== undefined || children.length === 0)) {
      const task = id === undefined ? undefined : tasks.get(id.toUpperCase())
      if (id !== undefined) referenced.add(id.toUpperCase())
      const tree = {
        hasSecurityDescriptor: values.has('SD'),
        index: numberOf(values.get('INDEX')),
        lastWritten: key.lastWritten,
        offset: key.offset,
      }
      // an empty folder looks like this, too: a task leaves an index or an id
      if (id !== undefined || tree.index !== undefined) entries.push({ path, id, tree, task })
    }
    for (const child of children) {
      if (keys > mostKeys) return
      visit(child, `${path}\\${child.name}`, depth + 1)
    }
  }
  const tree = parts.get('TREE')
  if (tree) visit(tree, '', 0)
  for (const [id, task] of tasks)
    if (!referenced.has(id)) entries.push({ path: task.path ?? task.uri ?? id, id, tree: undefined, task })
  return { entries: entries.sort(inOrder), cut, hasTree: tree !== undefined, hasTasks: parts.has('TASKS') }
}

const inOrder = (a: TaskCacheEntry, b: TaskCacheEntry) =>
  compare(a.path.toUpperCase(), b.path.toUpperCase()) || compare(a.id ?? '', b.id ?? '')
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function taskOf(key: CacheKey, values: ReadonlyMap<string, Uint8Array>): NonNullable<TaskCacheEntry['task']> {
  return {
    path: textOf(values.get('PATH')),
    uri: textOf(values.get('URI')),
    author: textOf(values.get('AUTHOR')),
    date: textOf(values.get('DATE')),
    hash: values.get('HASH'),
    actions: values.get('ACTIONS'),
    dynamicInfo: values.get('DYNAMICINFO'),
    lastWritten: key.lastWritten,
    offset: key.offset,
  }
}

/** Values by name in capitals; of two with one name the first counts. */
function valuesOf(key: CacheKey, wanted: ReadonlySet<string>): ReadonlyMap<string, Uint8Array> {
  const values = new Map<string, Uint8Array>()
  for (const value of key.values(wanted)) {
    const name = value.name.toUpperCase()
    if (wanted.has(name) && !values.has(name)) values.set(name, value.bytes.slice(0, largestValue))
  }
  return values
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  if (!bytes) return undefined
  let text = ''
  for (let i = 0; i + 1 < bytes.length; i += 2)
    text += String.fromCharCode((bytes[i] as number) | ((bytes[i + 1] as number) << 8))
  return text.replace(/\0+$/, '') || undefined
}

function numberOf(bytes: Uint8Array | undefined): number | undefined {
  if (!bytes || bytes.length < 4) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true)
}
