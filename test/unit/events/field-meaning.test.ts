// What fields mean, held against what Windows itself wrote: the message of forwarded records, and the lists beside the masks.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { EvidenceId } from '../../../src/domain/ids.ts'
import type { EventRecord } from '../../../src/domain/record.ts'
import { fileTime } from '../../../src/domain/time.ts'
import { fieldMeaning } from '../../../src/events/field-meaning.ts'
import { objectAccessMeaning, tokenMeaning } from '../../../src/events/meaning.ts'
import { expectedRecords, haveSamples, sample } from '../../samples.ts'

const security = 'Microsoft-Windows-Security-Auditing'

function recordOf(provider: string, eventId: number, fields: Readonly<Record<string, string>>): EventRecord {
  return {
    locator: { evidenceId: '' as EvidenceId, recordId: 1n, chunk: 0, offset: 512 },
    provider,
    channel: 'Security',
    computer: 'fs01',
    eventId,
    version: 0,
    level: 0,
    task: 0,
    opcode: 0,
    keywords: '0x0',
    time: fileTime(0n),
    processId: undefined,
    threadId: undefined,
    userSid: undefined,
    activityId: undefined,
    names: Object.keys(fields),
    values: Object.values(fields),
  }
}
const meaningOf = (
  provider: string,
  eventId: number,
  fields: Readonly<Record<string, string>>,
  name: string,
) => fieldMeaning(recordOf(provider, eventId, fields), name, fields[name] ?? '')

describe('what a field means', () => {
  it('reads an access mask by the type of the object', () => {
    const mask = (fields: Record<string, string>, eventId = 4656) =>
      meaningOf(security, eventId, { ...fields, AccessMask: fields.AccessMask ?? '0x1' }, 'AccessMask')
    expect(mask({ ObjectType: 'Key' })).toBe('Query key value')
    expect(mask({ ObjectType: 'File' })).toBe('ReadData')
    expect(mask({ ObjectType: 'Process', AccessMask: '0x1410' })).toBe(
      'Read from process memory, Query process information, Undefined Access (no effect) Bit 12',
    )
    expect(
      mask({
        ObjectServer: 'DS',
        ObjectType: '%{bf967a86-0de6-11d0-a285-00aa003049e2}',
        AccessMask: '0x100',
      }),
    ).toBe('Control Access')
    expect(mask({ ShareName: 'x', AccessMask: '0x3' }, 5145)).toBe('ReadData, WriteData')
    expect(mask({ ObjectType: 'Unheard Of' })).toBeUndefined()
    expect(mask({ ObjectType: 'Unheard Of', AccessMask: '0x10001' })).toBe('0x1, DELETE')
    expect(mask({ ObjectType: 'constructor' })).toBeUndefined()
    expect(mask({ ObjectType: 'Key', AccessMask: '17694729' })).toBe(
      'Query key value, Enumerate sub-keys, READ_CONTROL, WRITE_DAC, WRITE_OWNER, ACCESS_SYS_SEC',
    )
  })

  it('reads no token where another provider or a person wrote it', () => {
    expect(meaningOf(security, 4688, { TokenElevationType: '%%1936' }, 'TokenElevationType')).toBe(
      'TokenElevationTypeDefault (1)',
    )
    expect(meaningOf(security, 4688, { CommandLine: 'echo %%1537' }, 'CommandLine')).toBeUndefined()
    expect(meaningOf('Microsoft-Windows-Sysmon', 1, { Hashes: '%%1537' }, 'Hashes')).toBeUndefined()
    expect(
      meaningOf('Microsoft-Windows-GroupPolicy', 5320, { InfoDescription: '%%4160' }, 'InfoDescription'),
    ).toBe(undefined)
  })

  it('reads system errors of services, alone and as HRESULT', () => {
    const scm = (value: string) => meaningOf('Service Control Manager', 7023, { param2: value }, 'param2')
    expect(scm('%%1058')).toBe('ERROR_SERVICE_DISABLED')
    expect(scm('%%2147942414')).toBe('ERROR_OUTOFMEMORY')
    expect(scm('%%99999')).toBeUndefined()
    expect(meaningOf('Microsoft-Windows-TPM-WMI', 1796, { HResult: '-2147024809' }, 'HResult')).toBe(
      'ERROR_INVALID_PARAMETER',
    )
  })

  it('reads Kerberos and account control', () => {
    expect(meaningOf(security, 4771, { Status: '0x18' }, 'Status')).toContain('KDC_ERR_PREAUTH_FAILED')
    expect(meaningOf(security, 4769, { TicketEncryptionType: '0x17' }, 'TicketEncryptionType')).toBe(
      'RC4-HMAC',
    )
    expect(meaningOf(security, 4768, { PreAuthType: '2' }, 'PreAuthType')).toContain('PA-ENC-TIMESTAMP')
    expect(meaningOf(security, 4794, { Status: '0x18' }, 'Status')).toBeUndefined()
    expect(meaningOf(security, 4720, { NewUacValue: '0x15' }, 'NewUacValue')).toBe(
      "Account Disabled, 'Password Not Required' - Enabled, 'Normal Account' - Enabled",
    )
    expect(meaningOf(security, 4720, { OldUacValue: '0x0' }, 'OldUacValue')).toBeUndefined()
    expect(meaningOf(security, 4672, { PrivilegeList: 'SeDebugPrivilege' }, 'PrivilegeList')).toBeUndefined()
  })
})

describe.runIf(haveSamples)('what fields of the samples mean', () => {
  it('is what the message that Windows rendered says', () => {
    const text = readFileSync(
      sample('json-events', 'OTRF+Security-Datasets', 'schtask_create_2020-12-1907003032.json'),
      'utf8',
    )
    const squeezed = (value: string) => value.replace(/\s+/g, ' ').trim()
    let compared = 0
    const raw: Record<string, number> = {}
    const wrong: string[] = []
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue
      const event = JSON.parse(line) as Record<string, unknown>
      if (event.SourceName !== security || typeof event.Message !== 'string') continue
      const message = squeezed(event.Message)
      const fields: Record<string, string> = {}
      for (const [name, value] of Object.entries(event))
        if (typeof value === 'string' && name !== 'Message') fields[name] = value
      const record = recordOf(security, Number(event.EventID), fields)
      for (const [name, value] of Object.entries(fields)) {
        if (!value.includes('%%') && name !== 'AccessMask') continue
        const meaning = fieldMeaning(record, name, value)
        // the forwarder left some tokens in the message as they are: nothing to compare with
        if (value.includes('%%') && message.includes(value.trim())) {
          raw[name] = (raw[name] ?? 0) + 1
          continue
        }
        if (meaning === undefined) {
          wrong.push(`${record.eventId} ${name} ${value}: no meaning`)
          continue
        }
        compared++
        const parts = name === 'AccessMask' ? meaning.split(', ') : [meaning]
        for (const part of parts)
          if (!message.includes(part)) wrong.push(`${record.eventId} ${name} ${value}: ${part}`)
      }
    }
    expect(wrong).toEqual([])
    expect(compared).toBeGreaterThan(80)
    expect(Object.keys(raw).sort()).toEqual(['TokenElevationType'])
  })

  it('agrees between the mask and the list of rights beside it, and knows every token', async () => {
    const unknown = new Map<string, string>()
    const wrong = new Set<string>()
    let compared = 0
    for await (const { prov, eid, data } of expectedRecords()) {
      for (const [name, value] of Object.entries(data)) {
        if (prov !== security || /CommandLine|TaskContent|(?<!Layer)Name$/.test(name)) continue
        for (const [token] of value.matchAll(/%%\d+/g))
          if (tokenMeaning(token) === undefined) unknown.set(token, `${eid} ${name}`)
      }
      const list = data.AccessList
      if (prov !== security || !list?.includes('%%') || data.AccessMask === undefined) continue
      const isShare = eid === 5140 || eid === 5145
      const type = data.ObjectServer === 'DS' ? 'DS' : isShare ? 'File' : (data.ObjectType ?? '')
      const rights = objectAccessMeaning(type, Number(data.AccessMask))
      if (rights.some((right) => right.startsWith('0x'))) continue
      const listed = [...list.matchAll(/%%\d+/g)].map(([token]) => tokenMeaning(token) ?? token)
      compared++
      if ([...rights].sort().join() !== [...listed].sort().join())
        wrong.add(`${eid} ${type} ${data.AccessMask}: ${rights.join(', ')} but listed ${listed.join(', ')}`)
    }
    expect(Object.fromEntries(unknown)).toEqual({})
    expect([...wrong]).toEqual([])
    expect(compared).toBeGreaterThan(500)
  }, 60_000)
})
