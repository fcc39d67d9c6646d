import { describe, expect, it } from 'vitest'
import { sha256Hex } from '../../../src/base/sha256.ts'
import { memorySource } from '../../../src/evtx/byte-source.ts'
import { Hive } from '../../../src/registry/hive.ts'
import { readTaskCache } from '../../../src/tasks/cache-tree.ts'
import { compareTaskViews } from '../../../src/tasks/compare-views.ts'
import { readTaskBytes } from '../../../src/tasks/read-task.ts'
import { readCachedActions, readCachedTimes } from '../../../src/tasks/task-cache.ts'
import { buildHive, type KeyPlan, number32, wide } from '../../builders/hive.ts'

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const counted = (text: string) => {
  const body = Buffer.from(text, 'utf16le')
  return Buffer.concat([number32(body.length), body])
}
const execActions = (command: string, parameters = '', context = 'LocalSystem') =>
  new Uint8Array(
    Buffer.concat([
      Uint8Array.of(3, 0),
      counted(context),
      Uint8Array.of(0x66, 0x66),
      counted(''),
      counted(command),
      counted(parameters),
      counted(''),
      Uint8Array.of(0, 0),
    ]),
  )

describe('DynamicInfo', () => {
  it('reads the known example of windows.md §3', () => {
    const info = readCachedTimes(
      bytesOf('03000000e9792df1311cd801b44a8b8d3e1cd8010000000002000780e470d567341cd801'),
    )
    expect(info).toEqual({
      created: 132_887_189_832_694_249n,
      lastRun: 132_887_243_995_695_796n,
      lastSuccess: 132_887_200_413_348_068n,
      a: 0,
      b: 0x80070002,
      lastResult: 0x80070002,
    })
  })
  it('takes the result of the short form from the first number, and zero times as never', () => {
    const short = new Uint8Array(28)
    short.set([3, 0, 0, 0])
    short.set([0x2b, 4, 7, 0x80], 20)
    expect(readCachedTimes(short)).toMatchObject({
      created: undefined,
      lastSuccess: undefined,
      lastResult: 0x8007042b,
    })
  })
  it('says what is wrong with other sizes and versions', () => {
    expect(readCachedTimes(new Uint8Array(5))).toMatchObject({ what: expect.stringContaining('5 bytes') })
    expect(readCachedTimes(new Uint8Array(36))).toMatchObject({ what: expect.stringContaining('version 0') })
  })
})

describe('cached actions', () => {
  it('gives command, arguments and context', () => {
    expect(readCachedActions(execActions('cmd.exe', '/C whoami'))).toEqual({
      version: 3,
      context: 'LocalSystem',
      actions: [{ kind: 'exec', command: 'cmd.exe', arguments: '/C whoami', workingDirectory: undefined }],
      trouble: undefined,
    })
  })
  it('keeps what was read before a cut, an unknown kind or a length that lies', () => {
    const sound = execActions('a.exe')
    const cut = readCachedActions(new Uint8Array([...sound, 0x66, 0x66, 0xff, 0xff, 0xff, 0xff]))
    expect(cut.actions).toHaveLength(1)
    expect(cut.trouble?.what).toContain('ends early')
    const unknown = readCachedActions(new Uint8Array([...sound, 0x11, 0x22]))
    expect(unknown.actions).toHaveLength(1)
    expect(unknown.trouble?.what).toContain('0x2211')
  })
})

const xml =
  '<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Actions><Exec><Command>cmd.exe</Command><Arguments>/C whoami</Arguments></Exec></Actions></Task>'
const file = new Uint8Array(Buffer.concat([Uint8Array.of(0xff, 0xfe), Buffer.from(xml, 'utf16le')]))
const hash = bytesOf(sha256Hex(file.subarray(2)))

interface Facts {
  readonly tree?: Record<string, Uint8Array> | false
  readonly task?: Record<string, Uint8Array> | false
}
function cacheOf(name: string, { tree = {}, task = {} }: Facts) {
  const id = '{11111111-2222-3333-4444-555555555555}'
  const treeKey: KeyPlan = {
    name,
    values: { Id: wide(id), Index: number32(3), SD: Uint8Array.of(1, 2, 3, 4, 5), ...tree },
  }
  const values = {
    Path: wide(`\\Folder\\${name}`),
    Hash: hash,
    Actions: execActions('cmd.exe', '/C whoami'),
    ...task,
  }
  const hive = new Hive(
    memorySource(
      buildHive({
        name: 'TaskCache',
        keys: [
          {
            name: 'Tree',
            keys: [{ name: 'Folder', keys: tree === false ? [{ name: 'Empty' }] : [treeKey] }],
          },
          { name: 'Tasks', keys: task === false ? [] : [{ name: id, values }] },
        ],
      }),
    ),
  )
  return readTaskCache(hive.root).entries
}
const files = [{ path: '\\folder\\NAME', bytes: file, definition: readTaskBytes(file).definition }]
const codesOf = (
  facts: Facts,
  shown: readonly string[] | undefined = ['\\Folder\\Name'],
  given: typeof files | undefined = files,
) => compareTaskViews({ cache: cacheOf('Name', facts), files: given, shown }).map((finding) => finding.code)

describe('the views of a task held against each other', () => {
  it('find nothing in a sound task, whatever the case of its letters', () => {
    expect(codesOf({})).toEqual([])
  })
  it('find the task that was hidden by removing its security descriptor', () => {
    const hidden = { Id: wide('{11111111-2222-3333-4444-555555555555}'), Index: number32(0) }
    const entries = cacheOf('Name', {}).map((entry) => ({
      ...entry,
      tree: entry.tree && { ...entry.tree, hasSecurityDescriptor: false },
    }))
    const codes = compareTaskViews({ cache: entries, files, shown: [] }).map((finding) => finding.code)
    expect(codes).toEqual(['no-security-descriptor', 'not-shown'])
    expect(codesOf({ tree: hidden })).toEqual(['index-zero'])
  })
  it('find the file that was changed past the Task Scheduler, and the action that is really run', () => {
    expect(codesOf({ task: { Hash: new Uint8Array(32) } })).toEqual(['hash-differs'])
    expect(codesOf({ task: { Actions: execActions('evil.exe') } })).toEqual(['actions-differ'])
    expect(codesOf({ task: { Hash: Uint8Array.of(1, 2, 3, 4) } })).toEqual([])
  })
  it('find tasks that only one view knows', () => {
    expect(codesOf({ tree: false })).toEqual(['file-without-tree', 'shown-without-tree', 'task-without-tree'])
    expect(codesOf({ task: false })).toEqual(['tree-without-task'])
    expect(codesOf({}, ['\\Folder\\Name'], [])).toEqual(['tree-without-file'])
    expect(codesOf({ task: { Path: wide('\\Other') } })).toEqual(['path-differs'])
  })
  it('conclude nothing from a view that was not collected', () => {
    expect(compareTaskViews({ cache: cacheOf('Name', {}), files: undefined, shown: undefined })).toEqual([])
    expect(compareTaskViews({ cache: undefined, files, shown: undefined })).toEqual([])
  })
})
