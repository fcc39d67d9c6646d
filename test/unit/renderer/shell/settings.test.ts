import { describe, expect, it } from 'vitest'
import { clockIn, settingsOf } from '../../../../renderer/shell/settings.ts'

describe('settings of this machine', () => {
  it('are what was kept, as far as it can be used', () => {
    expect(settingsOf(null)).toEqual({ beside: 'host', density: 'standard' })
    expect(settingsOf('{"beside":"Asia/Tokyo","density":"dense"}')).toEqual({
      beside: 'Asia/Tokyo',
      density: 'dense',
    })
    for (const broken of ['{', 'null', '7', '{"beside":"Nowhere/<b>","density":9}', '[]'])
      expect(settingsOf(broken), broken).toEqual({ beside: 'host', density: 'standard' })
  })
  it('tell a time in a zone, with its date where that differs', () => {
    expect(clockIn('Asia/Tokyo', '2021-06-10T21:21:26.3837263Z')).toBe('2021-06-11 06:21:26')
    expect(clockIn('Europe/Vienna', '2021-06-10T10:21:26.3837263Z')).toBe('12:21:26')
    expect(clockIn('Europe/Vienna', 'yesterday')).toBeUndefined()
  })
})
