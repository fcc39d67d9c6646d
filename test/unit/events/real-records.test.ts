import { describe, expect, it } from 'vitest'
import { isChainEvent } from '../../../src/events/kinds.ts'
import { typedEvent } from '../../../src/events/typed-event.ts'
import { recordOf } from '../../builders/records.ts'
import { expectedRecords, haveSamples } from '../../samples.ts'

describe.runIf(haveSamples)('every real record of a chain', () => {
  it('gives a typed event, in the numbers an independent decoder counted', async () => {
    const versions: Record<string, number> = {}
    const kinds: Record<string, number> = {}
    let others = 0
    for await (const expected of expectedRecords()) {
      const record = recordOf(expected)
      const event = typedEvent(record)
      if (isChainEvent(expected.prov, expected.eid) !== (event !== undefined)) {
        throw new Error(`${expected.prov} ${expected.eid} in ${expected.file}: ${event?.kind}`)
      }
      if (!event) {
        others++
        continue
      }
      expect(event).toMatchObject({ eventId: expected.eid, locator: record.locator, time: record.time })
      kinds[event.kind] = (kinds[event.kind] ?? 0) + 1
      if ([4624, 4688, 4698].includes(expected.eid)) {
        const version = `${expected.eid} v${expected.ver}`
        versions[version] = (versions[version] ?? 0) + 1
      }
    }
    expect(versions).toEqual({
      '4624 v0': 145,
      '4624 v1': 35,
      '4624 v2': 263,
      '4624 v3': 293,
      '4688 v0': 10,
      '4688 v1': 62,
      '4688 v2': 1056,
      '4698 v0': 6,
      '4698 v1': 3,
    })
    expect(kinds).toEqual({
      logon: 736,
      'logon-failed': 52,
      logoff: 48,
      'explicit-logon': 133,
      privileges: 601,
      'process-started': 1128,
      'process-ended': 8,
      'service-installed': 90,
      'task-created': 9,
      'task-deleted': 7,
      'task-disabled': 1,
      'task-updated': 1,
      'share-connected': 52,
      'share-access': 1285,
      'audit-policy-changed': 14,
      'time-changed': 254,
      'log-interrupted': 7,
      connection: 18,
      'log-cleared': 48,
      boot: 74,
      'task-history': 22,
      'sysmon-process': 1311,
      'sysmon-network': 233,
      'sysmon-file': 279,
      'sysmon-registry': 353,
    })
    expect(others).toBeGreaterThan(20_000)
  }, 60_000)

  it('reads every address, logon id and process id it holds', async () => {
    const unread: string[] = []
    for await (const expected of expectedRecords()) {
      const event = typedEvent(recordOf(expected))
      if (!event) continue
      for (const [name, value] of Object.entries(event)) {
        if (
          typeof value === 'object' &&
          value !== null &&
          'absent' in value &&
          value.absent === 'unreadable'
        ) {
          unread.push(`${expected.eid} ${name}: ${value.why}`)
        }
      }
      const { data } = expected
      const bad = (name: string, got: unknown) => {
        if (data[name] !== undefined && data[name] !== '-' && data[name] !== '' && got === undefined) {
          unread.push(`${expected.eid} ${name} ${data[name]}`)
        }
      }
      if (event.kind === 'logon') bad('TargetLogonId', event.logonId)
      if (event.kind === 'process-started') {
        bad('NewProcessId', event.pid)
        bad('ProcessId', event.creatorPid)
        bad('SubjectLogonId', event.subjectLogonId)
      }
      if (event.kind === 'share-access') bad('AccessMask', event.accessMask)
      if (event.kind === 'sysmon-network') bad('SourceIp', event.sourceIp)
    }
    expect([...new Set(unread)]).toEqual([])
  }, 60_000)
})
