import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { caseFolderName, placesOf } from '../../../src/engine/home.ts'

describe('where Tasktrail keeps what belongs to no case', () => {
  it.each([
    ['linux', {}, '.config/tasktrail'],
    ['linux', { XDG_CONFIG_HOME: '/config' }, '/config/tasktrail'],
    ['darwin', {}, 'Library/Application Support/Tasktrail'],
    ['win32', {}, 'AppData/Roaming/Tasktrail'],
    ['win32', { APPDATA: '/roaming' }, '/roaming/Tasktrail'],
  ] as const)('on %s with %o', (platform, environment, expected) => {
    const places = placesOf(environment, platform, '/home/ada')
    expect(places.settings).toBe(expected.startsWith('/') ? expected : join('/home/ada', expected))
    expect(places.cases).toBe(join('/home/ada', 'Tasktrail cases'))
  })

  it('TASKTRAIL_HOME takes everything below one folder', () => {
    expect(placesOf({ TASKTRAIL_HOME: '/usb' }, 'win32', '/home/ada')).toEqual({
      settings: '/usb',
      cases: join('/usb', 'cases'),
      home: '/home/ada',
    })
  })
})

describe('the folder name of a new case', () => {
  const now = new Date('2026-03-04T23:59:59Z')
  it.each([
    ['Alert 4711: FS01', '2026-03-04 Alert 4711 FS01'],
    ['../../etc/passwd', '2026-03-04 etc passwd'],
    ['C:\\Windows\\x', '2026-03-04 C Windows x'],
    ['a\u202eb\0c\nd', '2026-03-04 a b c d'],
    ['CON', '2026-03-04 CON'],
    ['Zürich 東京', '2026-03-04 Zürich 東京'],
    ['$(calc.exe) `x` %PATH%', '2026-03-04 calc exe x PATH'],
    ['...', '2026-03-04 case'],
    ['', '2026-03-04 case'],
    ['x'.repeat(300), `2026-03-04 ${'x'.repeat(60)}`],
    [`${'x'.repeat(59)} yy`, `2026-03-04 ${'x'.repeat(59)}`],
  ])('%j becomes %j', (title, expected) => {
    expect(caseFolderName(title, now)).toBe(expected)
  })
})
