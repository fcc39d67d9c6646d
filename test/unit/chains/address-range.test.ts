import { describe, expect, it } from 'vitest'
import { addressRange } from '../../../src/chains/address-range.ts'

describe('a range of addresses', () => {
  it.each([
    ['10.0.0.0/24', '10.0.0.66', true],
    ['10.0.0.64/31', '10.0.0.66', false],
    ['10.0.0.66', '10.0.0.66', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['2001:db8::/32', '2001:db8:0:1::7', true],
    ['2001:db8::/32', '2001:db9::7', false],
    ['fe80::/10', 'fe80::1%12', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['0.0.0.0/0', '::1', false],
    ['0.0.0.0/0', 'fs01', false],
    [' 10.0.0.66 ', ' 10.0.0.66 ', true],
    ['fe80::1', 'fe80::1%12', true],
    ['10.20.30.40', '::ffff:10.20.30.40', true],
    ['255.255.255.255', '0000:0000:0000:0000:0000:ffff:255.255.255.255', true],
    ['1:2:3:4::6:7:8', '1:2:3:4:0:6:7:8', true],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:9', false],
    ['ABCD::/16', 'abcd:1::', true],
  ])('%s and %s: %s', (range, address, inside) => {
    expect(addressRange(range)?.(address)).toBe(inside)
  })

  it('is nothing else than an address with a prefix', () => {
    for (const text of [
      '',
      'fs01',
      '10.0.0.0/33',
      '10.0.0/8',
      '10.0.0.0/8/8',
      '10.0.0.256',
      '1::2::3',
      '::/129',
      // forms that other programs read as numbers
      '10.0.0.0x10',
      '10.0.0.01',
      '10.0.0.1e1',
      '10.0.0.0/1e1',
      '10.0.0.0/ 8',
      '10.0.0.0/x',
      '10.0.0.0/',
      // as IPv6: too few groups, too many, no room for what :: stands for, a group that is none
      '1:2:3',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4::5:6:7:8',
      '1:2:3:4::5:6:7:8::9',
      '12345::',
      'x1::',
      '1::1x',
      '::1.2.3.4x',
      '::999.1.1.1',
    ])
      expect(addressRange(text)).toBeUndefined()
  })
})
