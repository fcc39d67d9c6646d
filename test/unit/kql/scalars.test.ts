import { describe, expect, it } from 'vitest'
import { spanText, timeText } from '../../../src/kql/ticks.ts'
import { print } from '../../builders/kql.ts'

const time = (text: string) => timeText(print(text)[0] as bigint)
const span = (text: string) => spanText(print(text)[0] as bigint)

describe('values of a query', () => {
  it('keep 64-bit numbers exact', () => {
    expect(
      print('9223372036854775807, -9223372036854775807, 0x5a41984, tolong("0xffffffffffffffff")'),
    ).toEqual([9_223_372_036_854_775_807n, -9_223_372_036_854_775_807n, 0x5a41984n, -1n])
    expect(print('tostring(parse_json(\'{"id":9007199254740993}\').id)')).toEqual(['9007199254740993'])
  })

  it('are texts in every spelling', () => {
    expect(print(`"a\\\\b", 'it''s', @"c:\\x", @'say ""', "tab\\t"`.replace("'it''s'", '"it\'s"'))).toEqual([
      'a\\b',
      "it's",
      'c:\\x',
      'say ""',
      'tab\t',
    ])
  })

  it('are times to the tick, with a zone or without', () => {
    expect(time('datetime(2026-08-20T10:11:12.1234567Z)')).toBe('2026-08-20T10:11:12.1234567Z')
    expect(time('datetime(2026-08-20T10:11:12+02:00)')).toBe('2026-08-20T08:11:12.0000000Z')
    expect(time('datetime(2026-08-20)')).toBe('2026-08-20T00:00:00.0000000Z')
    expect(() => print('datetime(2026-02-30)')).toThrow(/no datetime/)
  })

  it('are spans in every spelling', () => {
    expect([span('1.5h'), span('1d'), span('100ms'), span('time(1.02:03:04.5)'), span('-2m')]).toEqual([
      '01:30:00',
      '1.00:00:00',
      '00:00:00.1000000',
      '1.02:03:04.5000000',
      '-00:02:00',
    ])
  })
})

describe('arithmetic', () => {
  it('divides whole numbers whole, and gives null for division by nothing', () => {
    expect(print('7/2, 7.0/2, 7%2, 1/0, -7/2')).toEqual([3n, 3.5, 1n, null, -3n])
  })
  it('counts with times and spans', () => {
    expect(time('datetime(2026-08-20) - 1h')).toBe('2026-08-19T23:00:00.0000000Z')
    expect(span('datetime(2026-08-21) - datetime(2026-08-20)')).toBe('1.00:00:00')
    expect(print('1h / 30m')).toEqual([2])
    expect(time('ago(1d)')).toBe('2026-08-19T12:00:00.0000000Z')
    expect(time('bin(datetime(2026-08-20T10:47:00Z), 30m)')).toBe('2026-08-20T10:30:00.0000000Z')
    expect(print('bin(-7, 5), bin(7.3, 0.5)')).toEqual([-10n, 7])
  })
})

describe('texts', () => {
  it('are compared with case and without', () => {
    expect(print('"FS01" == "fs01", "FS01" =~ "fs01", "FS01" != "fs01", "ÄB" =~ "äb"')).toEqual([
      0n,
      1n,
      1n,
      1n,
    ])
  })
  it('have terms: letters and digits beside them belong to the term', () => {
    expect(
      print(
        '"C:\\\\Windows\\\\cmd.exe /c" has "cmd", "cmdline" has "cmd", "a_b" has "a", "x cmd.exe" has "cmd.exe", "x cmd.exes" has "cmd.exe"',
      ),
    ).toEqual([1n, 0n, 1n, 1n, 0n])
    expect(
      print(
        '"cmdline" hasprefix "cmd", "mycmd" hassuffix "cmd", "a b c" has_any ("x", "b"), "a b" has_all ("a", "c")',
      ),
    ).toEqual([1n, 1n, 1n, 0n])
  })
  it('take signs of LIKE for what they are', () => {
    expect(
      print(
        '"a%b" contains "%", "ab" contains "%", "a_b" startswith "a_", "axb" startswith "a_", "a\\\\b" endswith "\\\\b"',
      ),
    ).toEqual([1n, 0n, 1n, 0n, 1n])
  })
  it('are matched and taken apart by patterns of RE2', () => {
    expect(
      print(
        `extract(@'Name="T">([^<]*)<', 1, '<Data Name="T">x</Data>'), extract("b(c)?", 1, "abd"), "abc" matches regex "^a.c$"`,
      ),
    ).toEqual(['x', '', 1n])
    expect(() => print('"aaa" matches regex "(?=a)"')).toThrow()
    expect(
      print(
        'replace_regex("a1b22", @"(\\d+)", @"<\\1>"), split("a,b", ","), substring("hello", 1, 3), indexof("abc", "c"), trim("x+", "xxaxx")',
      ),
    ).toEqual(['a<1>b<22>', '["a","b"]', 'ell', 2n, 'a'])
  })
  it('stand through a pattern that blows others up', () => {
    const long = `${'a'.repeat(3000)}!`
    expect(print(`"${long}" matches regex "^(a+)+$"`)).toEqual([0n])
  })
})

describe('a type asked for', () => {
  it('is that of the value taken out', () => {
    expect(print(`extract("id=([0-9]+)", 1, "id=42", typeof(long)) + 1`)).toEqual([43n])
    expect(() => print(`extract("a", 0, "a", typeof(string, long))`)).toThrow()
  })
})

describe('nulls', () => {
  it('are no in a comparison with a value, unknown with each other, and not empty texts', () => {
    expect(
      print(
        'int(null) == 1, int(null) != 1, int(null) == int(null), isnull(int(null)), isempty(""), isnull("")',
      ),
    ).toEqual([0n, 1n, null, 1n, 1n, 0n])
    expect(
      print('iff(int(null) > 1, "a", "b"), coalesce("", "x"), coalesce(int(null), 4), tostring(int(null))'),
    ).toEqual(['b', 'x', 4n, ''])
  })
})

describe('dynamics', () => {
  it('are read by name and place', () => {
    expect(
      print(
        'tostring(dynamic({"a":[1,{"b":"c"}]}).a[1].b), toint(parse_json("[5]")[0]), tostring(parse_json("{}").none), array_length(dynamic([1,2])), tostring(dynamic([1,2])[-1])',
      ),
    ).toEqual(['c', 5n, '', 2n, '2'])
  })
  it('come from XML as Microsoft makes them, and never from a DTD', () => {
    expect(print(`tostring(parse_xml('<E><D Name="x">1</D><D Name="y">2</D></E>').E.D[1]["#text"])`)).toEqual(
      ['2'],
    )
    expect(
      print(`isnull(parse_xml('<!DOCTYPE e [<!ENTITY x "y">]><e>&x;</e>')), isnull(parse_xml("no xml"))`),
    ).toEqual([1n, 1n])
  })
  it('know their networks', () => {
    expect(
      print(
        'ipv4_is_private("10.1.2.3"), ipv4_is_private("11.1.2.3"), ipv4_is_in_range("10.23.123.11", "10.23.0.0/16"), ipv4_is_private("nonsense")',
      ),
    ).toEqual([1n, 0n, 1n, null])
  })
})
