/** Orders, spans and names that every rule of chains rests on. */
import { describe, expect, it } from 'vitest'
import { hostKeys, hostName } from '../../../src/chains/hosts.ts'
import {
  append,
  compareEvents,
  firstAtOrAfter,
  firstNotBefore,
  inTotalOrder,
  spanWords,
  within,
} from '../../../src/chains/order.ts'
import {
  baseName,
  commandKey,
  equalsWithVariables,
  isLoopback,
  shareOf,
  taskKey,
} from '../../../src/chains/paths.ts'
import { at, World } from '../../builders/events.ts'

const world = new World()

describe('the total order', () => {
  const [a, b, c] = [world.boot(0), world.boot(0), world.boot(5)] as const
  it('is time, then place', () => {
    expect([compareEvents(a, c), compareEvents(c, a)]).toEqual([-1, 1])
    expect(compareEvents(a, b)).toBeLessThan(0)
    expect(compareEvents(b, a)).toBeGreaterThan(0)
    expect(compareEvents(a, a)).toBe(0)
  })

  it('leaves what is ordered as it is, and orders the rest', () => {
    const ordered = [a, b, c]
    expect(inTotalOrder(ordered)).toBe(ordered)
    expect(inTotalOrder([a, a])).toHaveLength(2)
    for (const mixed of [
      [c, b, a],
      [b, a, c],
      [a, c, b],
    ])
      expect(inTotalOrder(mixed)).toEqual(ordered)
  })

  it('finds the first not before a moment, and what lies within two, ends included', () => {
    const list = [0, 10, 10, 20].map((ms) => ({ time: at(ms) }))
    expect([-1, 0, 5, 10, 15, 20, 21].map((ms) => firstAtOrAfter(list, at(ms)))).toEqual([
      0, 0, 1, 1, 3, 3, 4,
    ])
    expect(firstNotBefore(0, () => at(0), at(0))).toBe(0)
    expect(within(list, at(0), at(10))).toHaveLength(3)
    expect(within(list, at(11), at(19))).toEqual([])
    expect(within(list, at(20), at(90))).toEqual([list[3]])
    expect(within(undefined, at(0), at(10))).toEqual([])
  })

  it('keeps lists by key', () => {
    const lists = new Map<string, number[]>()
    append(lists, 'a', 1)
    append(lists, 'a', 2)
    append(lists, 'b', 3)
    expect([...lists]).toEqual([
      ['a', [1, 2]],
      ['b', [3]],
    ])
  })
})

describe('a span in words', () => {
  it.each([
    [0, '0.0 ms'],
    [-7.04, '7.0 ms'],
    [999.9, '999.9 ms'],
    [1000, '1.00 s'],
    [59_990, '59.99 s'],
    [60_000, '1 min 0 s'],
    [500_400, '8 min 20 s'],
    [7_199_000, '119 min 59 s'],
    [7_200_000, '2 h 0 min'],
    [90_061_000, '25 h 1 min'],
  ])('of %s ms is %s', (ms, words) => {
    expect(spanWords(ms)).toBe(words)
  })
})

describe('names', () => {
  it('of files are their last part, without quotes and blanks', () => {
    for (const path of [
      'C:\\Windows\\System32\\CMD.exe',
      '"C:\\x\\cmd.exe"',
      'c:/x/cmd.exe ',
      ' "cmd.exe" ',
      'cmd.exe',
    ])
      expect([path, baseName(path)]).toEqual([path, 'cmd.exe'])
    expect([baseName(undefined), baseName(''), baseName('C:\\x\\')]).toEqual(['', '', ''])
    expect(baseName('C:\\x/y\\z.exe')).toBe('z.exe')
    expect(baseName('C:\\x\\y/z.exe')).toBe('z.exe')
    expect(shareOf('\\\\*\\IPC$')).toBe('ipc$')
    expect(taskKey('\\Micro\\Soft')).toBe('\\micro\\soft')
  })

  it('of commands are one for one doing', () => {
    const same = (...all: readonly string[]) => new Set(all.map(commandKey)).size
    expect(
      same(
        '%comspec% /c a',
        'C:\\Windows\\System32\\cmd.exe  /C A',
        '"%SystemRoot%\\system32\\cmd.exe" /c a',
      ),
    ).toBe(1)
    expect(same('C:\\WINNT\\x', '%windir%\\x', 'D:\\Windows\\x', '\\Windows\\x')).toBe(1)
    expect(same('%ProgramFiles%\\a', 'C:\\Program Files\\a')).toBe(1)
    expect(same('%ProgramData%\\a', '%AllUsersProfile%\\a', 'c:\\programdata\\a')).toBe(1)
    expect(same('%public%\\a', 'c:\\users\\public\\a')).toBe(1)
    expect(same('%SystemDrive%\\a', 'C:\\a')).toBe(1)
    expect(commandKey(' "a"\t b ')).toBe('a b')
    // not the folder of Windows
    for (const other of ['C:\\WindowsApps\\x', 'C:\\x\\Windows\\y', 'xC:\\Windows\\y', 'C:\\Windows2'])
      expect(commandKey(other)).not.toContain('*windir*')
    expect(commandKey('C:\\Windows')).toBe('*windir*')
    expect(commandKey('echo >\\windows\\temp\\x')).toBe('echo >*windir*\\temp\\x')
    expect(commandKey('a C:\\Windows\\x b C:\\Windows\\y')).toBe('a *windir*\\x b *windir*\\y')
  })

  it('with variables of unknown value stand for anything there', () => {
    const fits = (pattern: string, text: string) => equalsWithVariables(pattern, text)
    expect(fits('cmd /c a', 'cmd /c a')).toBe(true)
    expect(fits('cmd /c a', 'cmd /c b')).toBe(false)
    expect(fits('100% a', '100% a')).toBe(true)
    expect(fits('100% a', '100 a')).toBe(false)
    expect(fits('%temp%\\x.exe', 'c:\\users\\u\\x.exe')).toBe(true)
    expect(fits('%temp%\\x.exe', 'c:\\users\\u\\y.exe')).toBe(false)
    expect(fits('cmd %temp%', 'cmd anything')).toBe(true)
    expect(fits('cmd %temp%', 'net anything')).toBe(false)
    expect(fits('a%b%c', 'ac')).toBe(true)
    expect(fits('ab%x%bc', 'abc')).toBe(false)
    expect(fits('a %x% b %y% c', 'a 1 b 2 c')).toBe(true)
    expect(fits('a %x% b %y% c', 'a 1 d 2 c')).toBe(false)
    expect(fits('a%x%b%y%b', 'a1b')).toBe(false)
    expect(fits('a%x%b%y%b', 'abb')).toBe(true)
    expect(fits('a%x%bb%y%b', 'a1bb')).toBe(false)
    expect(fits('a%x%b%y%b%z%c', 'a1b2bc')).toBe(true)
    expect(fits('a%x%b%y%b%z%c', 'a1b2c')).toBe(false)
  })

  it('of the host itself are loopback', () => {
    for (const own of ['::1', '127.0.0.1', '127.10.20.30', 'LOCALHOST'])
      expect([own, isLoopback(own)]).toEqual([own, true])
    for (const other of [
      '10.0.0.1',
      '::2',
      '128.0.0.1',
      '127.0.0',
      '127.0.0.1.5',
      'x127.0.0.1',
      'localhost2',
      '1270.0.0.1',
    ])
      expect([other, isLoopback(other)]).toEqual([other, false])
  })
})

describe('names of hosts', () => {
  const keys = (...names: readonly string[]) => Object.fromEntries(hostKeys(names))
  it('short and full are one where only one full name fits', () => {
    expect(keys('FS01', 'fs01.corp.example', 'FS01.corp.example')).toEqual({
      FS01: 'fs01.corp.example',
      'fs01.corp.example': 'fs01.corp.example',
      'FS01.corp.example': 'fs01.corp.example',
    })
    expect(keys('fs01', 'fs01.a.example', 'fs01.b.example').fs01).toBe('fs01')
    expect(keys('fs01', 'fs011.a.example').fs01).toBe('fs01')
    expect(keys('.odd', '', 'a.b', 'a')).toEqual({ '.odd': '.odd', '': '', 'a.b': 'a.b', a: 'a.b' })
  })

  it('are shown as recorded where that is the full one', () => {
    expect(hostName('FS01.corp.example', 'fs01.corp.example')).toBe('FS01.corp.example')
    expect(hostName('FS01', 'fs01.corp.example')).toBe('fs01.corp.example')
  })
})
