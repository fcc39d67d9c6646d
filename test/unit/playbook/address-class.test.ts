import { describe, expect, it } from 'vitest'
import { classifyAddress, parseAddress } from '../../../src/playbook/address-class.ts'

const classes = (...texts: readonly string[]) => texts.map((text) => classifyAddress(text).class)

describe('the class of an address', () => {
  it.each([
    ['127.0.0.1', 'loopback', true],
    ['169.254.7.7', 'link-local', true],
    ['10.0.0.1', 'private', true],
    ['100.64.0.1', 'shared', true],
    ['fd00::1', 'unique-local', true],
    ['203.0.113.9', 'public', false],
    ['224.0.0.1', 'reserved', undefined],
    ['-', 'unreadable', undefined],
  ])('of %s is %s', (text, name, isInternal) => {
    const told = classifyAddress(text)
    expect([told.class, told.isInternal]).toEqual([name, isInternal])
    expect(told.words.length).toBeGreaterThan(10)
  })

  it('begins and ends with the networks of the standards', () => {
    expect(classes('9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0')).toEqual([
      'public',
      'private',
      'private',
      'public',
    ])
    expect(classes('172.15.0.1', '172.16.0.0', '172.31.255.255', '172.32.0.0', '171.16.0.0')).toEqual([
      'public',
      'private',
      'private',
      'public',
      'public',
    ])
    expect(classes('192.167.0.1', '192.168.0.0', '192.169.0.0', '191.168.0.0')).toEqual([
      'public',
      'private',
      'public',
      'public',
    ])
    expect(classes('100.63.0.1', '100.64.0.0', '100.127.255.255', '100.128.0.0', '101.64.0.0')).toEqual([
      'public',
      'shared',
      'shared',
      'public',
      'public',
    ])
    expect(classes('126.0.0.1', '127.255.0.1', '128.0.0.1')).toEqual(['public', 'loopback', 'public'])
    expect(classes('169.253.0.1', '169.254.0.0', '169.255.0.1', '168.254.0.1')).toEqual([
      'public',
      'link-local',
      'public',
      'public',
    ])
    expect(classes('0.0.0.0', '1.0.0.0', '223.255.255.255', '224.0.0.0', '255.255.255.255')).toEqual([
      'reserved',
      'public',
      'public',
      'reserved',
      'reserved',
    ])
  })

  it('is that of IPv6 as well, with its own kinds of inside', () => {
    expect(classes('::', '::1', '::2', '1::1', '::100', '2001:db8::1')).toEqual([
      'reserved',
      'loopback',
      'public',
      'public',
      'public',
      'public',
    ])
    expect(classes('fe7f::1', 'fe80::1', 'febf::1', 'fec0::1', 'feff::1', 'ff02::1', 'fd80::1')).toEqual([
      'public',
      'link-local',
      'link-local',
      'private',
      'private',
      'reserved',
      'unique-local',
    ])
    expect(classes('fbff::1', 'fc00::1', 'fdff::1')).toEqual(['public', 'unique-local', 'unique-local'])
    expect(classes('::ffff:10.0.0.1', '::ffff:8.8.8.8', '1::ffff:10.0.0.1', '::fffe:10.0.0.1')).toEqual([
      'private',
      'public',
      'public',
      'public',
    ])
  })
})

describe('the bytes of an address', () => {
  const v6 = (...groups: readonly number[]) => groups.flatMap((group) => [group >> 8, group & 255])
  it('are read as people and records write them', () => {
    expect(parseAddress(' 10.20.30.255 ')).toEqual([10, 20, 30, 255])
    expect(parseAddress('[2001:db8::ABCD]')).toEqual(v6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xabcd))
    expect(parseAddress('fe80::1%12')).toEqual(v6(0xfe80, 0, 0, 0, 0, 0, 0, 1))
    expect(parseAddress('1:2:3:4:5:6:7:8')).toEqual(v6(1, 2, 3, 4, 5, 6, 7, 8))
    expect(parseAddress('1:2:3:4:5:6:7::')).toEqual(v6(1, 2, 3, 4, 5, 6, 7, 0))
    expect(parseAddress('64:ff9b::192.0.2.33')).toEqual(v6(0x64, 0xff9b, 0, 0, 0, 0, 0xc000, 0x221))
    expect(parseAddress('::ffff:192.0.2.33')).toEqual([192, 0, 2, 33])
  })

  it('are none where the text is no address', () => {
    for (const text of [
      undefined,
      '',
      'fs01',
      '10.0.0',
      '10.0.0.256',
      '10.0.0.1.5',
      'x10.0.0.1',
      '10.0.0.1x',
      '1000.0.0.1',
      '1:2:3',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7:8::',
      '1::2::3',
      '12345::',
      'g::1',
      '1::x1',
      '1::1x',
      '10.0.0.1::1',
      '::1.2.3.256',
      `::1${' '.repeat(62)}`,
    ])
      expect([text, parseAddress(text)]).toEqual([text, undefined])
    expect(parseAddress(`::1${' '.repeat(61)}`)).toBeDefined()
  })
})
