import { describe, expect, it } from 'vitest'
import { classifyAddress, normalAddress } from '../../../src/events/addresses.ts'

describe('addresses', () => {
  it.each([
    ['::ffff:10.23.123.11', '10.23.123.11'],
    ['::FFFF:0A17:7B0B', '10.23.123.11'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:0DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['[fe80::1]', 'fe80::1'],
    ['fe80::1%12', 'fe80::1%12'],
    ['::', '::'],
    [' 10.0.0.1 ', '10.0.0.1'],
  ])('%s is written %s', (given, written) => {
    expect(normalAddress(given)).toBe(written)
  })

  it.each([
    '-',
    '',
    'LOCAL',
    'WORKSTATION5',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7',
    '12345::',
    '::ffff:10.0.0.999',
    '1:2:3:4:5:6:7:8:9',
    'fe80',
    `${'0:'.repeat(40)}1`,
  ])('%j is no address', (given) => {
    expect(normalAddress(given)).toBeUndefined()
    expect(classifyAddress(given)).toBe('unknown')
  })

  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.8.9.1', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1cae:5aa4:9d8d:106a', 'link-local'],
    ['fe80::1%4', 'link-local'],
    ['febf::1', 'link-local'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.219', 'private'],
    ['100.64.0.1', 'private'],
    ['100.127.255.255', 'private'],
    ['fd12:3456::1', 'private'],
    ['fc00::1', 'private'],
    ['172.15.0.1', 'public'],
    ['172.32.0.1', 'public'],
    ['100.63.0.1', 'public'],
    ['100.128.0.1', 'public'],
    ['192.169.0.1', 'public'],
    ['8.8.8.8', 'public'],
    ['2a00:1450:4001::1', 'public'],
    ['64:ff9b::808:808', 'public'],
    ['64:ff9b::a00:1', 'private'],
    ['0.0.0.0', 'unknown'],
    ['::', 'unknown'],
    ['224.0.0.1', 'unknown'],
    ['255.255.255.255', 'unknown'],
    ['ff02::1', 'unknown'],
  ])('%s is %s', (address, kind) => {
    expect(classifyAddress(address)).toBe(kind)
  })

  it('says unknown when there is no address', () => {
    expect(classifyAddress(undefined)).toBe('unknown')
  })
})
