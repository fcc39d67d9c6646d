/** host.json: what a collector would have asked the host itself. */
import { fileTime, formatUtc } from '../domain/time.ts'
import type { Cast } from './cast.ts'
import type { Random } from './random.ts'
import { type AuditSubcategory, auditSubcategories, type Staging } from './staging.ts'

const utc = (time: bigint) => formatUtc(fileTime(time))

/**
 * Shape: `{ schema: "tasktrail-host/1", host, collectedAt, timeZone, utcOffsetMinutes, clock: { offsetMs, uncertaintyMs }, os: { name,
 * build }, addresses, schedulePid, boots: [time], auditPolicy: { GUID: 0..3 }, commandLineAudited, channels: [{ name, enabled, mode,
 * maxSize }], practice: true }`. Times are UTC ISO 8601 with 7 decimals; GUIDs are upper case without braces.
 */
export function hostFacts(cast: Cast, staging: Staging, channels: readonly string[], random: Random) {
  const { host } = cast
  return {
    schema: 'tasktrail-host/1',
    host: host.fqdn,
    collectedAt: utc(cast.collectedAt),
    timeZone: cast.zone.name,
    utcOffsetMinutes: cast.zone.offsetMinutes,
    clock: {
      offsetMs: host.clockOffsetMs,
      uncertaintyMs: random.between(4, 40),
    },
    os: { name: host.release.name, build: host.release.build },
    addresses: [host.address],
    schedulePid: (host.restarts.at(-1) ?? host).pids.schedule,
    boots: [host, ...host.restarts].map((start) => utc('boot' in start ? start.boot : start.at)),
    auditPolicy: Object.fromEntries(
      (Object.keys(auditSubcategories) as AuditSubcategory[]).map((name) => [
        auditSubcategories[name],
        staging.audit[name],
      ]),
    ),
    commandLineAudited: true,
    channels: [
      ...channels.map((name) => ({ name, enabled: true })),
      ...(staging.withoutChannels ?? []).map(({ channel, enabled }) => ({ name: channel, enabled })),
    ].map(({ name, enabled }) => ({
      name,
      enabled,
      mode: 'Circular',
      maxSize: name === 'Security' ? 4_294_967_296 : 1_073_741_824,
    })),
    practice: true,
  }
}
