import { describe, expect, it } from 'vitest'
import { definedFields } from '../../../src/events/fields.ts'
import { expectedRecords, haveSamples } from '../../samples.ts'

describe.runIf(haveSamples)('the field tables', () => {
  it('name the fields real records have, in their order, but for known oddities', async () => {
    const odd: Record<string, number> = {}
    let agreeing = 0
    for await (const { prov, eid, ver, data, file } of expectedRecords()) {
      const defined = definedFields(prov.toLowerCase(), eid, Number(ver || 0))
      if (!defined) continue
      const names = Object.keys(data).filter((name) => !name.startsWith('_'))
      if (names.join() === defined.join()) agreeing++
      else {
        const lacks = defined.filter((name) => !names.includes(name))
        const adds = names.filter((name) => !defined.includes(name))
        const origin = file.startsWith('evtx-reencoded/') ? 'written anew: ' : ''
        const key = `${origin}${eid} v${ver}${lacks.length ? ` lacks ${lacks}` : ''}${adds.length ? ` adds ${adds}` : ''}`
        odd[key] = (odd[key] ?? 0) + 1
      }
    }
    expect(agreeing).toBeGreaterThan(2500)
    expect(odd).toEqual({
      // two hosts of the samples name the second GUID like the first
      '4648 v0 lacks TargetLogonGuid adds LogonGuid~8': 92,
      // two servers of the samples write version 2 without the last two fields
      '4688 v2 lacks ParentProcessName,MandatoryLabel': 795,
      // logs rebuilt from public JSON, which does not keep the version
      'written anew: 4624 v0 adds ImpersonationLevel,RestrictedAdminMode,TargetOutboundUserName,TargetOutboundDomainName,VirtualAccount,TargetLinkedLogonId,ElevatedToken': 1,
      'written anew: 4688 v0 adds CommandLine,TargetUserSid,TargetUserName,TargetDomainName,TargetLogonId,ParentProcessName,MandatoryLabel': 10,
      'written anew: 4698 v0 adds ClientProcessStartKey,ClientProcessId,ParentProcessId,RpcCallClientLocality,FQDN': 1,
    })
  }, 60_000)
})
