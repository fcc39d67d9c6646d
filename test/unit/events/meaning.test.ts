import { describe, expect, it } from 'vitest'
import { playbookEventIds } from '../../../src/events/kinds.ts'
import {
  accessMeaning,
  kerberosFailureMeaning,
  logonFailureMeaning,
  logonTypeMeaning,
  resolveTokens,
  taskResultMeaning,
  tokenMeaning,
} from '../../../src/events/meaning.ts'
import { expectedRecords, haveSamples } from '../../samples.ts'

describe('what tokens and numbers mean', () => {
  it.each([
    ['%%1832', 'Identification'],
    ['%%1833', 'Impersonation'],
    ['%%1842', 'Yes'],
    ['%%1843', 'No'],
    ['%%1936', 'TokenElevationTypeDefault (1)'],
    ['%%1938', 'TokenElevationTypeLimited (3)'],
    ['%%1537', 'DELETE'],
    ['%%1541', 'SYNCHRONIZE'],
    ['%%4416', 'ReadData (or ListDirectory)'],
    ['%%4423', 'ReadAttributes'],
    ['%%8448', 'Success removed'],
    ['%%8451', 'Failure added'],
    ['%%12804', 'Other Object Access Events'],
  ])('%s is %s', (token, text) => {
    expect(tokenMeaning(token)).toBe(text)
  })

  it('leaves what it does not know as it is', () => {
    expect(tokenMeaning('%%99999')).toBeUndefined()
    expect(tokenMeaning('constructor')).toBeUndefined()
    expect(resolveTokens('%%8449, %%8451 %%99999 100%')).toBe('Success Added, Failure added %%99999 100%')
    expect(logonTypeMeaning(99)).toBeUndefined()
    expect(taskResultMeaning('whatever')).toBeUndefined()
    expect(logonFailureMeaning('0xdeadbeef')).toBeUndefined()
  })

  it('names the bits of an access mask, lowest first, and shows bits without a name', () => {
    expect(accessMeaning(0x3)).toEqual(['ReadData', 'WriteData'])
    expect(accessMeaning(0x10080)).toEqual(['ReadAttributes', 'DELETE'])
    expect(accessMeaning(0x8000_0200)).toEqual(['0x200', 'GENERIC_READ'])
    expect(accessMeaning(0)).toEqual([])
  })

  it('takes results in hex, decimal and negative', () => {
    for (const written of ['0x80070002', '2147942402', '-2147024894', '0x0000000080070002']) {
      expect(taskResultMeaning(written)).toContain('ERROR_FILE_NOT_FOUND')
    }
    expect(taskResultMeaning('267011')).toContain('SCHED_S_TASK_HAS_NOT_RUN')
    expect(taskResultMeaning('0x8007042B')).toContain('ERROR_PROCESS_ABORTED')
    expect(taskResultMeaning('0')).toBe('success')
    expect(logonFailureMeaning('0xC000006A')).toContain('STATUS_WRONG_PASSWORD')
    expect(kerberosFailureMeaning('0x18')).toContain('KDC_ERR_PREAUTH_FAILED')
  })

  it.runIf(haveSamples)(
    'knows every token in the typed events of the samples',
    async () => {
      const unknown = new Set<string>()
      for await (const { prov, eid, data } of expectedRecords()) {
        if (prov !== 'Microsoft-Windows-Security-Auditing' || !playbookEventIds.has(eid)) continue
        for (const [name, value] of Object.entries(data)) {
          if (name === 'CommandLine') continue
          for (const [token] of value.matchAll(/%%\d+/g))
            if (tokenMeaning(token) === undefined) unknown.add(token)
        }
      }
      expect([...unknown]).toEqual([])
    },
    60_000,
  )
})
