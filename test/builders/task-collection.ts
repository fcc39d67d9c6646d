/** A host's views of its tasks as the live collector brings them: list of the service, TaskCache, files; and a SOFTWARE hive. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { scratchFolder } from './case.ts'
import { buildHive, type KeyPlan, number32, wide } from './hive.ts'

export interface PlannedTask {
  readonly path: string
  readonly command: string
  readonly parameters?: string
  /** views that leave it out, or say something else */
  readonly without?: readonly ('file' | 'service' | 'registry' | 'sd')[]
  readonly cachedCommand?: string
  readonly hash?: Uint8Array
  readonly created?: bigint
  readonly lastRun?: bigint
  readonly result?: number
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
export const xmlOf = ({ command, parameters }: PlannedTask): string =>
  `<?xml version="1.0" encoding="UTF-16"?><Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><RegistrationInfo><Author>CORP\\ann</Author></RegistrationInfo><Triggers><BootTrigger/></Triggers><Principals><Principal id="Author"><UserId>S-1-5-18</UserId></Principal></Principals><Settings><Hidden>false</Hidden></Settings><Actions Context="Author"><Exec><Command>${escaped(command)}</Command>${parameters === undefined ? '' : `<Arguments>${escaped(parameters)}</Arguments>`}</Exec></Actions></Task>`

const counted = (text: string) => {
  const body = Buffer.from(text, 'utf16le')
  return Buffer.concat([number32(body.length), body])
}
export const cachedActions = (command: string, parameters = ''): Uint8Array =>
  new Uint8Array(
    Buffer.concat([
      Uint8Array.of(3, 0),
      counted('Author'),
      Uint8Array.of(0x66, 0x66),
      counted(''),
      counted(command),
      counted(parameters),
      counted(''),
      Uint8Array.of(0, 0),
    ]),
  )
const dynamicInfo = ({ created = 0n, lastRun = 0n, result = 0 }: PlannedTask): Uint8Array => {
  const bytes = new Uint8Array(36)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 3, true)
  view.setBigUint64(4, created, true)
  view.setBigUint64(12, lastRun, true)
  view.setUint32(24, result, true)
  return bytes
}
const idOf = (at: number) => `{${at.toString(16).padStart(8, '0')}-2222-3333-4444-555555555555}`

const fileBytes = (task: PlannedTask) => Buffer.from(`\ufeff${xmlOf(task)}`, 'utf16le')
const hashOf = (task: PlannedTask) =>
  task.hash ?? new Uint8Array(createHash('sha256').update(fileBytes(task).subarray(2)).digest())

const valuesOf = (task: PlannedTask) => ({
  Path: wide(task.path),
  Hash: hashOf(task),
  Actions: cachedActions(task.cachedCommand ?? task.command, task.parameters),
  DynamicInfo: dynamicInfo(task),
})

/** Any Windows has these, which shows that the folder was taken as a whole. */
export const ownOfWindows: PlannedTask = {
  path: '\\Microsoft\\Windows\\Time Zone\\SynchronizeTimeZone',
  command: '%windir%\\system32\\tzsync.exe',
}

export function writeTaskFiles(folder: string, tasks: readonly PlannedTask[]): void {
  for (const task of tasks) {
    if (task.without?.includes('file')) continue
    const path = join(folder, 'C', 'Windows', 'System32', 'Tasks', ...task.path.split('\\').filter(Boolean))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, fileBytes(task))
  }
}

export function taskListText(tasks: readonly PlannedTask[]): string {
  const rows = tasks
    .filter((task) => !task.without?.includes('service'))
    .map((task) => ({
      path: task.path,
      state: 3,
      enabled: true,
      lastRun: '1999-11-30T00:00:00',
      lastResult: '267011',
      missed: 0,
      nextRun: '1899-12-30T00:00:00',
      sddl: 'D:(A;;FA;;;SY)',
      xml: xmlOf(task),
      cut: false,
    }))
  return `{"schema":"tasktrail-task-list/1","host":"fs01","takenAt":"2026-01-05T00:00:00.000Z","way":"winrm",\n"tasks":[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]}\n`
}

export function taskCacheText(tasks: readonly PlannedTask[]): string {
  const base64 = (bytes: Uint8Array) => ({ base64: Buffer.from(bytes).toString('base64') })
  const rows = tasks.flatMap((task, at) => {
    if (task.without?.includes('registry')) return []
    const { Path: _, ...values } = valuesOf(task)
    return [
      {
        part: 'tree',
        path: task.path,
        values: [
          { name: 'Id', type: 'String', value: idOf(at) },
          { name: 'Index', type: 'DWord', value: 3 },
          ...(task.without?.includes('sd')
            ? []
            : [{ name: 'SD', type: 'Binary', value: base64(Uint8Array.of(1)) }]),
        ],
      },
      {
        part: 'tasks',
        path: `\\${idOf(at)}`,
        values: [
          { name: 'Path', type: 'String', value: task.path },
          ...Object.entries(values).map(([name, bytes]) => ({ name, type: 'Binary', value: base64(bytes) })),
        ],
      },
    ]
  })
  const all = [{ part: 'tree', path: '', values: [] }, { part: 'tasks', path: '', values: [] }, ...rows]
  return `{"schema":"tasktrail-task-cache/1","host":"fs01","takenAt":"2026-01-05T00:00:00.000Z","way":"winrm",\n"keys":[\n${all.map((row) => JSON.stringify(row)).join(',\n')}\n]}\n`
}

/** A folder with all four views. */
export function taskCollection(tasks: readonly PlannedTask[]): string {
  const folder = scratchFolder()
  writeTaskFiles(folder, tasks)
  writeFileSync(join(folder, 'tasks.json'), taskListText(tasks))
  writeFileSync(join(folder, 'task-cache.json'), taskCacheText(tasks))
  return folder
}

/** A SOFTWARE hive with these tasks in the root folder of TaskCache. */
export function softwareHive(
  tasks: readonly PlannedTask[],
  options: { readonly dirty?: boolean; readonly empty?: boolean; readonly lastWritten?: bigint } = {},
): Uint8Array {
  const keysOf = (make: (task: PlannedTask, at: number) => KeyPlan) => tasks.map(make)
  const written = options.lastWritten === undefined ? {} : { lastWritten: options.lastWritten }
  const cache: KeyPlan = {
    name: 'TaskCache',
    keys: [
      {
        name: 'Tree',
        keys: keysOf((task, at) => ({
          name: task.path.slice(1),
          ...written,
          values: { Id: wide(idOf(at)), Index: number32(3), SD: Uint8Array.of(1, 2, 3, 4, 5) },
        })),
      },
      { name: 'Tasks', keys: keysOf((task, at) => ({ name: idOf(at), ...written, values: valuesOf(task) })) },
    ],
  }
  const schedule: KeyPlan = { name: 'Schedule', keys: options.empty ? [] : [cache] }
  const root = ['CurrentVersion', 'Windows NT', 'Microsoft'].reduce<KeyPlan>(
    (key, name) => ({ name, keys: [key] }),
    schedule,
  )
  const hive = buildHive({ name: 'ROOT', keys: [root] }, { dirty: options.dirty ?? false })
  hive.set(wide('\\Config\\SOFTWARE'), 0x30)
  return hive
}
