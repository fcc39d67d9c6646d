/** Files a task's command names, reached over a share (L4): payload put there before, output fetched after. */
import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import type { Chain } from '../../../src/domain/chain.ts'
import type { ShareEvent, WindowsEvent } from '../../../src/domain/event.ts'
import { admin, command, input, other, World } from '../../builders/events.ts'

const world = new World()
const definition = command('cmd.exe', '/c C:\\Stage\\run.bat > %windir%\\Temp\\out.txt & bare.exe')
const task = world.created(0, '0x2000', { definition })
const of = (events: readonly WindowsEvent[], anchor: WindowsEvent = task): Chain =>
  findChains(input([anchor, ...events])).find((chain) => chain.kind === 'task-created') as Chain
const told = (...events: readonly WindowsEvent[]) =>
  of(events).files.map(({ what, file }) => `${what} ${file}`)
const read = (ms: number, target = 'Temp\\out.txt', mask = 0x1) =>
  world.access(ms, '0x1000', 'ADMIN$', target, mask)
const onShare = (
  shareName: string,
  shareLocalPath: string | undefined,
  relativeTarget: string,
): ShareEvent => ({
  ...world.access(10, '0x1000', 'x', relativeTarget, 0x1),
  shareName,
  shareLocalPath,
})

describe('an access to a file of the task', () => {
  it('is told with its moment, address, session and mask', () => {
    const event = read(10, 'Temp\\out.txt', 0x10080)
    expect(of([event]).files).toEqual([
      {
        what: 'output-deleted',
        file: '*windir*\\temp\\out.txt',
        time: event.time,
        ip: '10.0.0.66',
        logonId: '0x1000',
        accessMask: 0x10080,
        beforeTask: false,
        locator: event.locator,
      },
    ])
    expect(of([world.access(-10, '0x1000', 'C$', 'Stage\\run.bat', 0x2)]).files[0]?.beforeTask).toBe(true)
  })

  it('is named by what it asked for and when: only writing counts before, deleting before reading after', () => {
    const masks = (ms: number, ...all: readonly number[]) =>
      all.map((mask) => told(read(ms, 'Temp\\out.txt', mask))[0]?.split(' ')[0])
    expect(masks(10, 0x1, 0x2, 0x4, 0x10000, 0x10001, 0x3, 0x80)).toEqual([
      'output-read',
      'payload-written',
      'payload-written',
      'output-deleted',
      'output-deleted',
      'output-read',
      undefined,
    ])
    expect(masks(-10, 0x1, 0x2, 0x10000)).toEqual([undefined, 'payload-written', undefined])
    const unsaid = { ...read(10), accessMask: undefined }
    expect(told(unsaid)).toEqual([])
  })

  it('is one of the very path where the share tells it, of the end of the path else, of the name where no folder is named', () => {
    expect(told(read(10), read(11, 'Other\\out.txt'))).toEqual(['output-read *windir*\\temp\\out.txt'])
    expect(told(onShare('\\\\*\\C$', undefined, 'Windows\\Temp\\out.txt'))).toHaveLength(1)
    expect(told(onShare('\\\\*\\C$', undefined, 'Temp\\out.txt'))).toEqual([])
    expect(told(onShare('\\\\*\\D$', undefined, 'Windows\\Temp\\out.txt'))).toHaveLength(1)
    expect(told(onShare('\\\\*\\Data', '\\??\\C:\\Stage\\', 'run.bat'))).toHaveLength(1)
    expect(told(onShare('\\\\*\\Data', '\\??\\C:\\Else', 'run.bat'))).toEqual([])
    // where the share lies is not recorded: the folder must stand in what was asked for
    expect(told(onShare('\\\\*\\Data', undefined, 'Stage\\run.bat'))).toHaveLength(1)
    expect(told(onShare('\\\\*\\Data', undefined, '\\Stage\\run.bat'))).toHaveLength(1)
    expect(told(onShare('\\\\*\\Data', undefined, 'run.bat'))).toEqual([])
    expect(told(onShare('\\\\*\\Data', undefined, 'ge\\run.bat'))).toEqual([])
    expect(told(onShare('\\\\*\\Data', undefined, 'any\\bare.exe'))).toEqual(['output-read bare.exe'])
  })

  it('counts from five minutes before to ten minutes after, until the name is registered again', () => {
    const payload = (ms: number) => told(world.access(ms, '0x1000', 'C$', 'Stage\\run.bat', 0x2)).length
    expect([-300_001, -300_000, -1].map(payload)).toEqual([0, 1, 1])
    expect([600_000, 600_001].map((ms) => told(read(ms)).length)).toEqual([1, 0])
    const again = world.created(60_000, '0x2000', { definition: command('notepad.exe') })
    expect([60_000, 60_001].map((ms) => of([again, read(ms)]).files.length)).toEqual([1, 0])
    const late = world.created(700_000, '0x2000')
    expect(of([late, read(600_000)]).files).toHaveLength(1)
  })

  it('is by the account of the task, in its boot', () => {
    const by = (sid: typeof admin.sid) => ({ ...read(10), account: { ...admin, sid } })
    expect(told(by(admin.sid))).toHaveLength(1)
    expect(told(by(other.sid))).toEqual([])
    expect(told(by(undefined))).toEqual([])
    const nobody = world.created(0, '0x2000', { definition, account: { ...admin, sid: undefined } })
    expect(of([by(undefined)], nobody).files).toEqual([])
    expect(told(world.boot(5), read(10))).toEqual([])
  })

  it('is told once, in order of time, and at most two hundred times', () => {
    const both = [read(30), world.access(-20, '0x1000', 'C$', 'Stage\\run.bat', 0x2), read(20)]
    expect(of(both).files.map(({ time }) => time)).toEqual(
      [both[1], both[2], both[0]].map((event) => event?.time),
    )
    const twice = command('cmd.exe', '/c type C:\\Windows\\Temp\\out.txt > %windir%\\Temp\\out.txt')
    expect(of([read(10)], world.created(0, '0x2000', { definition: twice })).files).toHaveLength(1)
    expect(of(Array.from({ length: 205 }, (_, n) => read(10 + n))).files).toHaveLength(200)
  })
})
