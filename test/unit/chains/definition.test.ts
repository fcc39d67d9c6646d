/** What a task does, read from the records of its story. */
import { describe, expect, it } from 'vitest'
import { actionHash, execActions, filesOf, taskOf } from '../../../src/chains/definition.ts'
import type { Story } from '../../../src/chains/stories.ts'
import type { TaskChangedEvent } from '../../../src/domain/event.ts'
import type { TaskDefinition } from '../../../src/domain/task.ts'
import { at, command, World } from '../../builders/events.ts'

const world = new World()
const principal = (id: string | undefined, userId: string | undefined, groupId?: string) => ({
  id,
  userId,
  groupId,
  logonType: undefined,
  runLevel: undefined,
  requiredPrivileges: [],
})
const storyOf = (anchor: Story['anchor'], changes: readonly TaskChangedEvent[], path = '\\Quirk'): Story => ({
  anchor,
  path,
  kind: 'task-created',
  changes: [...changes],
  history: [],
  plants: [],
  from: at(-50),
  instances: new Set(),
  deletion: undefined,
  end: undefined,
  next: undefined,
})
const made = (definition: TaskDefinition | undefined, ms = 0): TaskChangedEvent => {
  const { task: _, ...rest } = world.created(ms, '0x1')
  return { ...rest, task: definition && { definition, trouble: undefined } }
}
const told = (definition: TaskDefinition | undefined) => {
  const anchor = made(definition)
  return taskOf(storyOf(anchor, [anchor]))
}
const files = (line: string, path?: string) => {
  const anchor = made(command('cmd.exe', line))
  return filesOf(storyOf(anchor, [anchor], path))
}

describe('the task of a chain', () => {
  it('is that of its own record, and of the next one only where that has none', () => {
    const first = made(command('a.exe'), 0)
    const second = made(command('b.exe'), 10)
    expect(taskOf(storyOf(second, [first, second])).action).toBe('b.exe')
    expect(taskOf(storyOf(made(undefined), [made(undefined), first, second])).action).toBe('a.exe')
    expect(taskOf(storyOf(world.history('registered', 0), [])).action).toBeUndefined()
    const unreadable = { ...first, task: { definition: undefined, trouble: undefined } }
    expect(taskOf(storyOf(unreadable, [unreadable, second])).action).toBe('b.exe')
  })

  it('runs as the principal its actions name, else as the first', () => {
    const with2 = (actionsContext: string | undefined) =>
      told(
        command('a.exe', undefined, {
          actionsContext,
          principals: [principal(undefined, 'S-1-5-19'), principal('Author', 'S-1-5-18')],
        }),
      ).runAs
    expect(with2('Author')).toBe('S-1-5-18')
    expect(with2('Other')).toBe('S-1-5-19')
    // no name on both sides is no name they share
    expect(with2(undefined)).toBe('S-1-5-19')
    const group = principal('G', undefined, 'S-1-5-32-544')
    expect(told(command('a.exe', undefined, { principals: [group] })).runAs).toBe('S-1-5-32-544')
    expect(told(command('a.exe', undefined, { principals: [] })).runAs).toBeUndefined()
  })

  it('names each kind of trigger once', () => {
    const trigger = (kind: string) => ({
      kind,
      enabled: true,
      startBoundary: undefined,
      endBoundary: undefined,
      delay: undefined,
      repetition: undefined,
      details: {},
    })
    const triggers = [trigger('Boot'), trigger('Calendar'), trigger('Boot')]
    expect(told(command('a.exe', undefined, { triggers })).trigger).toBe('Boot, Calendar')
    expect(told(command('a.exe')).trigger).toBeUndefined()
    expect(told(undefined)).toMatchObject({
      trigger: undefined,
      actionHash: undefined,
      definition: undefined,
    })
  })

  it('keeps every definition of its records, each with its place', () => {
    const first = made(command('a.exe'))
    const second = made(command('b.exe'), 10)
    const { definitions } = taskOf(storyOf(first, [first, made(undefined, 5), second]))
    expect(definitions).toEqual(
      [first, second].map(({ eventId, time, locator, task }) => ({
        eventId,
        time,
        locator,
        definition: task?.definition,
      })),
    )
  })
})

describe('the hash of an action', () => {
  const hash = (...parts: Parameters<typeof command>) => actionHash(command(...parts))
  it('is one for one doing, however it is spelled', () => {
    expect(hash('%windir%\\System32\\cmd.exe', '/c  A')).toBe(
      hash('"C:\\WINDOWS\\system32\\cmd.exe"', '/C a'),
    )
    expect(hash('cmd.exe')).toMatch(/^[0-9a-f]{64}$/)
    expect(hash('cmd.exe')).toBe(hash('cmd.exe', ''))
  })

  it('differs with command, arguments, folder, order and number of actions', () => {
    const exec = (path: string, workingDirectory?: string) => ({
      kind: 'exec' as const,
      command: path,
      arguments: undefined,
      workingDirectory,
    })
    const hashes = [
      command('a.exe'),
      command('b.exe'),
      command('a.exe', 'b'),
      command('a.exe b'),
      command('a.exe', undefined, { actions: [exec('a.exe', 'C:\\Temp')] }),
      command('a.exe', undefined, { actions: [exec('a.exe'), exec('b.exe')] }),
      command('a.exe', undefined, { actions: [exec('b.exe'), exec('a.exe')] }),
    ].map(actionHash)
    expect(new Set(hashes).size).toBe(hashes.length)
    expect(actionHash(command('a.exe', undefined, { actions: [] }))).toBeUndefined()
  })

  it('is there for actions that run no program', () => {
    const of = (action: TaskDefinition['actions'][number]) =>
      actionHash(command('x', undefined, { actions: [action] }))
    const com = (classId: string, data?: string) => of({ kind: 'com-handler', classId, data })
    const mail = (details: Record<string, string>) => of({ kind: 'send-email', details })
    expect(com('{ABC}')).toBe(com('{abc}'))
    expect(com('{ABC}')).toBe(com('{abc}', ''))
    expect(mail({ To: 'a', From: 'b' })).toBe(mail({ From: 'b', To: 'a' }))
    const all = [
      com('{ABC}'),
      com('{ABD}'),
      com('{ABC}', 'x'),
      mail({ To: 'a' }),
      mail({ To: 'b' }),
      mail({}),
    ]
    expect(new Set(all).size).toBe(all.length)
  })
})

describe('the commands of a story', () => {
  it('stand in comparable form, with the moment since when', () => {
    const first = made(command('%windir%\\System32\\CMD.exe', '/c "A"'))
    const second = { ...made(command('b.exe'), 10), kind: 'task-updated' as const }
    const [a, b, ...none] = execActions(storyOf(first, [first, second]))
    expect(none).toEqual([])
    expect(a).toEqual({
      command: '%windir%\\System32\\CMD.exe',
      arguments: '/c "A"',
      keys: {
        command: '*windir*\\system32\\cmd.exe',
        name: 'cmd.exe',
        arguments: '/c a',
        line: '*windir*\\system32\\cmd.exe /c a',
      },
      since: at(-50),
      from: first,
    })
    expect(b).toMatchObject({ since: at(10), keys: { line: 'b.exe', arguments: '' } })
  })

  it('are there from the start when only the deletion tells them', () => {
    const removed = { ...made(command('b.exe'), 10), kind: 'task-deleted' as const }
    expect(execActions(storyOf(removed, [removed]))[0]?.since).toBe(at(-50))
    const first = made(command('a.exe'))
    expect(execActions(storyOf(first, [first, removed]))[1]?.since).toBe(at(-50))
  })

  it('are programs only', () => {
    const com = { kind: 'com-handler' as const, classId: '{x}', data: undefined }
    const empty = { kind: 'exec' as const, command: '', arguments: 'x', workingDirectory: undefined }
    const anchor = made(command('x', undefined, { actions: [com, empty] }))
    expect(execActions(storyOf(anchor, [anchor]))).toEqual([])
    expect(execActions(storyOf(anchor, [made(undefined)]))).toEqual([])
  })
})

describe('the files a command names', () => {
  it('are outputs where it writes to them, with the .tmp of the task’s own name', () => {
    expect(files('/C whoami > %windir%\\Temp\\a.tmp 2>&1').outputs).toEqual([
      '*windir*\\temp\\a.tmp',
      'quirk.tmp',
    ])
    expect(files('/C dir >>out.txt&echo x>  b.log').outputs).toEqual(['out.txt', 'b.log', 'quirk.tmp'])
    expect(files('/C dir', '\\').outputs).toEqual([])
  })

  it('are named by a path or an ending, and words are none', () => {
    expect(files('/C copy  C:\\Users\\x (report.docx) plain,tool.ps1 a.toolong v1.2.3/x').named).toEqual([
      'cmd.exe',
      'c:\\users\\x',
      'report.docx',
      'tool.ps1',
      'quirk.tmp',
    ])
  })
})
